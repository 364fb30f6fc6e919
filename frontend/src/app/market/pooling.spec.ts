import { HEAT_TICKS, NO_TICK } from '../api/day-data';
import { walkedDay } from '../api/made-up-day.fixture';
import { chance } from '../ui/chance.fixture';
import { columnsToPaint } from './heat-bitmap';
import { HeatColumns, UNSEEN, cutOff, firstMissing, heatAt, heatReach, poolColumn, poolFor, shade } from './pooling';

/** The largest of the windows' values at one tick, looked up one by one. */
function naive(columns: HeatColumns, from: number, to: number, ticks: number): number {
  let largest = UNSEEN;
  for (let window = from; window < to; window++) {
    const offset = ticks - columns.heatBase[window];
    if (columns.heatBase[window] !== NO_TICK && offset >= 0 && offset < HEAT_TICKS)
      largest = Math.max(largest, columns.heat[window * HEAT_TICKS + offset]);
  }
  return largest;
}

describe('poolColumn', () => {
  it('holds what its naive twin holds at every tick, whatever the rows cut off', () => {
    const data = walkedDay(1, 10);
    data.heatBase.fill(NO_TICK, 20, 26);
    const next = chance(9);
    for (let trial = 0; trial < 200; trial++) {
      const from = Math.floor(next() * (data.windows - 30));
      const to = from + Math.floor(next() * 25);
      const top = 27180 + Math.floor(next() * 240) - 120;
      const out = new Int32Array(1 + Math.floor(next() * 160));
      poolColumn(data, from, to, top, out);
      expect([...out]).toEqual(Array.from(out, (_, row) => naive(data, from, to, top - row)));
    }
  });

  it('keeps a wall that rests for a single window of the column', () => {
    const data = walkedDay(2, 10);
    data.heat.fill(0);
    data.heatBase.fill(27000);
    data.heat[17 * HEAT_TICKS + 10] = 200;
    const out = new Int32Array(HEAT_TICKS);
    poolColumn(data, 12, 24, 27096, out);
    expect(out[86]).toBe(200);
    expect(out.filter((value) => value > 0)).toHaveLength(1);
  });

  it('distinguishes nothing resting from nothing known', () => {
    const data = walkedDay(3, 10);
    data.heat.fill(0);
    data.heatBase.fill(27000);
    const out = new Int32Array(3);
    poolColumn(data, 0, 1, 27098, out);
    expect([...out]).toEqual([UNSEEN, UNSEEN, 0]);
  });
});

describe('columnsToPaint', () => {
  it('paints each column as its windows come, so that none holds a window after the cursor', () => {
    const next = chance(4);
    for (const pool of [1, 3, 24]) {
      const held = new Array<number>(400).fill(0);
      let whole = 0;
      for (let move = 0; move < 300; move++) {
        const count = next() < 0.7 ? Math.min(400, move) : Math.floor(next() * 400);
        const plan = columnsToPaint(whole, count, pool);
        for (let column = plan.from; column < plan.to; column++) held[column] = Math.min(count, (column + 1) * pool);
        whole = plan.whole;
        const wanted = Array.from({ length: Math.ceil(count / pool) }, (_, column) => Math.min(count, (column + 1) * pool));
        expect(held.slice(0, plan.to)).toEqual(wanted);
      }
    }
  });

  it('paints one column when the cursor moves one window to the right', () => {
    const { from, to } = columnsToPaint(100, 101, 1);
    expect([from, to]).toEqual([100, 101]);
  });
});

describe('pooling', () => {
  it('takes as few windows a column as fit into the pixels', () => {
    expect(poolFor(700, 760)).toBe(1);
    expect(poolFor(761, 760)).toBe(2);
    expect(poolFor(2520, 760)).toBe(4);
    expect(poolFor(2520, 1520)).toBe(2);
  });

  it('spans all ticks of its windows', () => {
    const data = walkedDay(5, 10);
    data.heatBase.fill(27000);
    data.heatBase[7] = 27010;
    expect(heatReach(data, 0, 20)).toEqual({ low: 27000, high: 27010 + HEAT_TICKS - 1 });
    data.heatBase.fill(NO_TICK);
    expect(heatReach(data, 0, 20)).toBeNull();
  });

  it('is strongest from the size on that 995 of 1,000 sizes before the session do not exceed, whatever the session brings', () => {
    const data = walkedDay(8, 10);
    data.heat.fill(0);
    for (let size = 1; size <= 1000; size++) data.heat[size + 9] = size;
    data.heat.fill(60_000, data.sessionIndex * HEAT_TICKS);
    expect(cutOff(data)).toBe(995);
    data.heat.fill(0);
    expect(cutOff(data)).toBe(1);
    data.heatBase.fill(NO_TICK);
    expect(cutOff(data)).toBeNaN();
  });

  it('shades by the square root of the size, fully from the cut-off on', () => {
    expect([UNSEEN, 0, 4, 100, 400, 9000].map((size) => shade(size, 400))).toEqual([UNSEEN, 0, 26, 128, 255, 255]);
  });

  it('answers for no tick out of reach and no window without heat', () => {
    const data = walkedDay(6, 10);
    data.heatBase[50] = NO_TICK;
    expect(heatAt(data, 10, data.heatBase[10] + 3)).toBe(data.heat[10 * HEAT_TICKS + 3]);
    expect(heatAt(data, 10, data.heatBase[10] - 1)).toBe(UNSEEN);
    expect(heatAt(data, 50, 27180)).toBe(UNSEEN);
    expect(heatAt(data, -1, 27180)).toBe(UNSEEN);
  });

  it('waits for heat that arrives after the prices, and for none before the first price', () => {
    const data = walkedDay(7, 10);
    data.heatBase.fill(NO_TICK, 0, 5);
    data.bid.fill(NO_TICK, 0, 5);
    expect(firstMissing(data, 0, 60)).toBe(60);
    data.heatBase.fill(NO_TICK, 40, 50);
    expect(firstMissing(data, 0, 60)).toBe(40);
  });
});
