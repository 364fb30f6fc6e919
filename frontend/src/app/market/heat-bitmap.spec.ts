import { HEAT_TICKS, NO_TICK } from '../api/day-data';
import { walkedDay } from '../api/made-up-day.fixture';
import { chance } from '../ui/chance.fixture';
import { PALETTE } from '../ui/palette';
import { HeatBitmap } from './heat-bitmap';
import { HeatColumns, cutOff, shade } from './pooling';
import { ramp, rampTable } from './ramp';

const TABLE = rampTable(ramp(PALETTE.dark));

class Picture {
  readonly data: Uint8ClampedArray;
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8ClampedArray(4 * width * height);
  }
}

/** A canvas that only keeps its pixels, for the three calls the bitmap makes. */
class Surface {
  width = 0;
  height = 0;
  private held: Uint32Array | null = null;
  get pixels(): Uint32Array {
    return (this.held ??= new Uint32Array(this.width * this.height));
  }
  getContext() {
    return {
      drawImage: (from: Surface, x: number, y: number) => this.copy(from.pixels, from.width, from.height, x, y),
      putImageData: (image: Picture, x: number, y: number) =>
        this.copy(new Uint32Array(image.data.buffer), image.width, image.height, x, y),
    };
  }
  private copy(pixels: Uint32Array, width: number, height: number, x: number, y: number): void {
    for (let row = 0; row < height; row++) this.pixels.set(pixels.subarray(row * width, (row + 1) * width), (y + row) * this.width + x);
  }
}

/** Colour of a column at a tick, looked up window by window among the first `count`. */
function naive(columns: HeatColumns, pool: number, column: number, ticks: number, count: number, strongest: number): number {
  let value = -1;
  for (let window = column * pool; window < Math.min(count, (column + 1) * pool); window++) {
    const at = ticks - columns.heatBase[window];
    if (columns.heatBase[window] !== NO_TICK && at >= 0 && at < HEAT_TICKS) value = Math.max(value, columns.heat[window * HEAT_TICKS + at]);
  }
  return TABLE[shade(value, strongest) + 1];
}

function expectExact(bitmap: HeatBitmap, columns: HeatColumns, count: number): void {
  const picture = bitmap.picture as unknown as Surface;
  const strongest = cutOff(columns);
  expect(bitmap.columns).toBe(Math.ceil(count / bitmap.pool));
  let wrong = 0;
  for (let column = 0; column < bitmap.columns; column++)
    for (let row = 0; row < bitmap.height; row++)
      if (picture.pixels[row * picture.width + column] !== naive(columns, bitmap.pool, column, bitmap.top - row, count, strongest)) wrong++;
  expect(wrong).toBe(0);
}

describe('HeatBitmap', () => {
  beforeEach(() => {
    vi.stubGlobal('ImageData', Picture);
    vi.stubGlobal('document', { createElement: () => new Surface() });
  });
  afterEach(() => vi.unstubAllGlobals());

  it('shows exactly the windows up to the cursor after any walk of it, while price leaves the picture', () => {
    const data = walkedDay(1, 5);
    for (let window = 0; window < data.windows; window++) data.heatBase[window] += 300 - 3 * Math.abs((window % 200) - 100);
    for (const pool of [1, 4, 24]) {
      const bitmap = new HeatBitmap(data, pool, TABLE);
      const next = chance(pool);
      let count = 5;
      bitmap.show(count);
      for (let move = 0; move < 12; move++) {
        count = next() < 0.5 ? 1 + Math.floor(next() * data.windows) : Math.min(data.windows, count + 1 + Math.floor(next() * 12));
        bitmap.show(count);
        expectExact(bitmap, data, count);
      }
    }
  });

  it('fills in heat that arrives after later windows were painted', () => {
    const data = walkedDay(2, 5);
    const late = data.heatBase.slice(40, 90);
    data.heatBase.fill(NO_TICK, 40, 90);
    const bitmap = new HeatBitmap(data, 4, TABLE);
    bitmap.show(120);
    expectExact(bitmap, data, 120);
    data.heatBase.set(late, 40);
    bitmap.show(121);
    expectExact(bitmap, data, 121);
  });

  it('has no picture before the first heat', () => {
    const data = walkedDay(3, 5);
    data.heatBase.fill(NO_TICK);
    const bitmap = new HeatBitmap(data, 1, TABLE);
    bitmap.show(50);
    expect(bitmap.picture).toBeNull();
  });
});
