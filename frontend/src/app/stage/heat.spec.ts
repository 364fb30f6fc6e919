import { HEAT_TICKS, NO_TICK } from '../api/day-data';
import { walkedDay } from '../api/made-up-day.fixture';
import { chance } from '../ui/chance.fixture';
import { HeatColumns, UNSEEN, cutOffs, pooled, restingAt } from './heat';

/** The largest of the windows' sizes at one tick, looked up one by one. */
function naive(columns: HeatColumns, from: number, to: number, ticks: number): number {
  let largest = UNSEEN;
  for (let window = from; window < to; window++) largest = Math.max(largest, restingAt(columns, window, ticks));
  return largest;
}

describe('the heat', () => {
  it('holds what its naive twin holds at every tick, whatever the rows cut off', () => {
    const data = walkedDay(1, 10);
    data.heatBase.fill(NO_TICK, 20, 26);
    const next = chance(9);
    for (let trial = 0; trial < 200; trial++) {
      const from = Math.floor(next() * (data.windows - 30));
      const to = from + Math.floor(next() * 25);
      const high = 27180 + Math.floor(next() * 240) - 120;
      const out = new Int32Array(1 + Math.floor(next() * 160));
      pooled(data, from, to, high, out);
      expect([...out]).toEqual(Array.from(out, (_, row) => naive(data, from, to, high - row)));
    }
  });

  it('distinguishes nothing resting from nothing known', () => {
    const data = walkedDay(3, 10);
    data.heat.fill(0);
    data.heatBase.fill(27000);
    data.heatBase[50] = NO_TICK;
    expect(restingAt(data, 0, 27096)).toBe(0);
    expect([restingAt(data, 0, 27097), restingAt(data, 50, 27000), restingAt(data, -1, 27000)]).toEqual([UNSEEN, UNSEEN, UNSEEN]);
  });

  it('cuts off at quantiles of what rests in sight, and one huge order moves them not', () => {
    const data = walkedDay(5, 10);
    data.heatBase.fill(27000);
    data.heat.fill(0);
    for (let tick = 0; tick < 80; tick++) data.heat[10 * HEAT_TICKS + tick] = tick + 1;
    const area = { from: 10, to: 10, low: 27000, high: 27079 };
    expect(cutOffs(data, area, 50, 99)).toEqual({ dark: 41, bright: 80 });
    data.heat[10 * HEAT_TICKS + 5] = 60_000;
    expect(cutOffs(data, area, 50, 95).bright).toBeLessThan(90);
    expect(cutOffs(data, { ...area, low: 27100, high: 27120 }, 50, 99)).toEqual({ dark: 0, bright: 1 });
  });

  it('reads no window after the last one asked for', () => {
    const data = walkedDay(6, 10);
    const area = { from: 0, to: 40, low: 27000, high: 27400 };
    const before = cutOffs(data, area, 50, 99);
    data.heat.fill(65_535, 41 * HEAT_TICKS);
    expect(cutOffs(data, area, 50, 99)).toEqual(before);
  });
});
