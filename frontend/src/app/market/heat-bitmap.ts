import { Ticks, WindowIndex } from '../ui/units';
import { HeatColumns, cutOff, firstMissing, heatReach, poolColumn, shade } from './pooling';

/** Ticks of room that a bitmap takes beyond what it needs, so that it is not enlarged at each new high. */
const ROOM_TICKS = 64;

/** Columns [from, to) that a picture of `count` windows is still missing, when columns [0, whole) hold all their windows. */
export function columnsToPaint(whole: number, count: number, pool: number): { from: number; to: number; whole: number } {
  const complete = Math.floor(count / pool);
  return { from: Math.min(whole, complete), to: Math.ceil(count / pool), whole: complete };
}

/**
 * Resting size as a picture, one pixel a tick and `pool` windows, kept and extended column by column.
 *
 * After `show(count)` its columns up to `columns` hold windows [0, count) and nothing later; what lies right of them is not to be drawn.
 */
export class HeatBitmap {
  columns = 0;
  /** Tick of the upper row. */
  top: Ticks = 0;
  private rows = 0;
  private whole = 0;
  private values = new Int32Array(0);
  private cutOff = NaN;
  private canvas: HTMLCanvasElement | null = null;
  private context: CanvasRenderingContext2D | null = null;

  constructor(
    private readonly source: HeatColumns,
    readonly pool: number,
    private readonly table: Uint32Array,
  ) {}

  get picture(): HTMLCanvasElement | null {
    return this.columns > 0 ? this.canvas : null;
  }

  get height(): number {
    return this.rows;
  }

  show(count: WindowIndex): void {
    if (Number.isNaN(this.cutOff)) this.cutOff = cutOff(this.source);
    if (Number.isNaN(this.cutOff)) return;
    const { from, to, whole } = columnsToPaint(this.whole, count, this.pool);
    this.columns = to;
    this.whole = Math.min(whole, Math.floor(firstMissing(this.source, from * this.pool, count) / this.pool));
    const reach = heatReach(this.source, from * this.pool, count);
    if (reach) this.makeRoom(reach.low, reach.high);
    if (this.context && to > from) this.paint(this.context, from, to, count);
  }

  private makeRoom(low: Ticks, high: Ticks): void {
    const bottom = this.top - this.rows + 1;
    if (this.context && high <= this.top && low >= bottom) return;
    const top = this.context ? Math.max(this.top, high + ROOM_TICKS) : high + ROOM_TICKS;
    const lowest = this.context ? Math.min(bottom, low - ROOM_TICKS) : low - ROOM_TICKS;
    const larger = document.createElement('canvas');
    larger.width = Math.ceil(this.source.windows / this.pool);
    larger.height = top - lowest + 1;
    const context = larger.getContext('2d')!;
    if (this.canvas) context.drawImage(this.canvas, 0, top - this.top);
    this.canvas = larger;
    this.context = context;
    this.top = top;
    this.rows = larger.height;
    this.values = new Int32Array(this.rows);
  }

  private paint(context: CanvasRenderingContext2D, from: number, to: number, count: number): void {
    const width = to - from;
    const image = new ImageData(width, this.rows);
    const pixels = new Uint32Array(image.data.buffer);
    for (let column = from; column < to; column++) {
      poolColumn(this.source, column * this.pool, Math.min(count, (column + 1) * this.pool), this.top, this.values);
      for (let row = 0; row < this.rows; row++) pixels[row * width + column - from] = this.table[shade(this.values[row], this.cutOff) + 1];
    }
    context.putImageData(image, from, 0);
  }
}
