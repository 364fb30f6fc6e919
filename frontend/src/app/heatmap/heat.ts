import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { DayData } from '../api/day-data';
import { Replay } from '../board/replay';
import { HeatBitmap } from '../market/heat-bitmap';
import { UNSEEN, cutOff, heatAt } from '../market/pooling';
import { ramp, rampTable } from '../market/ramp';
import { points } from '../ui/format';
import { newYork } from '../ui/new-york';
import { NextFrame } from '../ui/next-frame';
import { PanelFrame } from '../ui/panel-frame';
import { Theme } from '../ui/theme';
import { paintHeat } from './heat-painter';
import { TABLE_ROWS, heatSummary } from './heat-summary';
import { HeatFrame, CanvasSize, heatFrame, largestResting } from './heat.geometry';

/** Spans of time on offer. */
const SPANS = [
  { minutes: 15, name: '15 min' },
  { minutes: 60, name: '1 h' },
  { minutes: 180, name: '3 h' },
];
/** Least that the wheel zooms to. */
const LEAST_MINUTES = 5;

/** Resting size within 12 points of price over time, with best bid and offer, traded volume and the levels. */
@Component({
  selector: 'sp-heat',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  templateUrl: './heat.html',
  styleUrls: ['../ui/picture.css', './heat.css'],
})
export class HeatPanel {
  protected readonly replay = inject(Replay);
  private readonly theme = inject(Theme);
  private readonly destroyed = inject(DestroyRef);
  private readonly host: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly canvas = viewChild.required<ElementRef<HTMLCanvasElement>>('canvas');

  protected readonly spans = SPANS;
  /** Windows that the picture spans. */
  protected readonly span = computed(() => Math.round((60 * this.replay.heatSpan()) / (this.replay.day()?.day.window_s ?? NaN)) || 1);
  private readonly size = signal<CanvasSize>({ width: 0, height: 0, ratio: 1 });
  private readonly pointer = signal<{ x: number; y: number } | null>(null);

  protected readonly state = computed(() => this.replay.tableState('heat'));
  protected readonly shown = computed(() => (this.replay.cursor() >= 0 ? this.replay.day() : null));
  protected readonly ramp = computed(() => ramp(this.theme.colours()));
  private readonly table = computed(() => rampTable(this.ramp()));
  protected readonly legend = computed(() => {
    const { nothing, most } = this.ramp();
    return `linear-gradient(to right, ${nothing}, ${most})`;
  });
  protected readonly summary = computed(() => this.atCursor((data, cursor) => heatSummary(data, cursor, this.span()), ''));
  protected readonly rows = computed(() =>
    this.atCursor(
      (data, cursor) =>
        largestResting(data, cursor, TABLE_ROWS).map((size) => ({
          price: points(size.ticks, data.day.tick),
          side: size.side,
          size: size.contracts,
          away: points(Math.abs(size.ticks - data.midAt(cursor)), data.day.tick),
        })),
      [],
    ),
  );
  protected readonly cutOff = computed(() => this.atCursor((data) => cutOff(data), NaN));
  /** Heads the panel's table. */
  protected readonly caption = computed(() => `Largest resting sizes within 12 points at ${newYork(this.replay.cursorS())} New York`);
  protected readonly pointed = computed(() => {
    const pointer = this.pointer();
    const frame = this.frame();
    return pointer && frame ? this.atCursor((data, cursor) => pointedText(data, cursor, frame, pointer), null) : null;
  });

  /** The picture to paint; null where there is nothing to show or no room to show it in. */
  private readonly frame = computed(() => {
    const size = this.size();
    if (size.width < 160 || size.height < 90) return null;
    return this.atCursor(
      (data, cursor) => heatFrame(data, cursor + 1, this.span(), size, this.replay.boardLevels(), this.replay.level()),
      null,
    );
  });
  private bitmaps = new Map<number, HeatBitmap>();
  private bitmapsOf: DayData | null = null;
  private coloured: Uint32Array | null = null;
  private readonly nextFrame = new NextFrame(() => this.paint());

  constructor() {
    effect(() => {
      this.shown()?.revision();
      this.replay.cursor();
      this.replay.boardLevels();
      this.replay.level();
      this.span();
      this.size();
      this.table();
      untracked(() => this.nextFrame.request());
    });
    afterNextRender(() => this.watchSize());
    this.destroyed.onDestroy(() => this.nextFrame.cancel());
  }

  protected zoom(event: WheelEvent): void {
    event.preventDefault();
    const data = this.replay.day();
    if (!data) return;
    const most = (data.windows * data.day.window_s) / 60;
    this.replay.setHeatSpan(Math.min(most, Math.max(LEAST_MINUTES, this.replay.heatSpan() * Math.exp(event.deltaY * 0.002))));
  }

  protected point(event: PointerEvent): void {
    this.pointer.set({ x: event.offsetX, y: event.offsetY });
  }

  protected leave(): void {
    this.pointer.set(null);
  }

  private atCursor<T>(read: (data: DayData, cursor: number) => T, otherwise: T): T {
    const data = this.shown();
    data?.revision();
    return data ? read(data, this.replay.cursor()) : otherwise;
  }

  private watchSize(): void {
    const canvas = this.canvas().nativeElement;
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      this.size.set({ width, height, ratio: devicePixelRatio });
    });
    observer.observe(canvas);
    this.destroyed.onDestroy(() => observer.disconnect());
  }

  private paint(): void {
    const canvas = this.canvas().nativeElement;
    const { width, height, ratio } = this.size();
    const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
    const brush = canvas.getContext('2d')!;
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    brush.clearRect(0, 0, width, height);
    const [data, frame] = [this.shown(), this.frame()];
    if (!data || !frame) return;
    const bitmap = this.bitmap(data, frame.pool);
    bitmap.show(this.replay.cursor() + 1);
    paintHeat(brush, frame, bitmap, data.day.tick, this.theme.colours(), this.ramp());
    this.host.dataset['cursor'] = String(this.replay.cursor());
  }

  /** The kept bitmap of a pooling level; those of another day or theme are dropped. */
  private bitmap(data: DayData, pool: number): HeatBitmap {
    if (this.bitmapsOf !== data || this.coloured !== this.table()) {
      this.bitmaps.clear();
      this.bitmapsOf = data;
      this.coloured = this.table();
    }
    let bitmap = this.bitmaps.get(pool);
    if (!bitmap) this.bitmaps.set(pool, (bitmap = new HeatBitmap(data, pool, this.table())));
    return bitmap;
  }
}

/** What rests where the pointer is: "10:31:05 · 6800.25 · 143 contracts". */
function pointedText(data: DayData, cursor: number, frame: HeatFrame, { x, y }: { x: number; y: number }): string | null {
  const { plot } = frame.layout;
  if (x < plot.left || x >= plot.right || y < plot.top || y >= plot.bottom) return null;
  const s = frame.fromS + ((x - plot.left) / (plot.right - plot.left)) * (frame.untilS - frame.fromS);
  const window = Math.min(cursor, Math.floor((s - data.startS(0)) / data.day.window_s));
  if (window < 0) return null;
  const ticks = Math.round(frame.high + 0.5 - ((y - plot.top) / (plot.bottom - plot.top)) * (frame.high - frame.low + 1));
  const contracts = heatAt(data, window, ticks);
  const size = contracts === UNSEEN ? 'not seen' : `${contracts} contracts`;
  return `${newYork(data.endS(window))} · ${points(ticks, data.day.tick)} · ${size}`;
}
