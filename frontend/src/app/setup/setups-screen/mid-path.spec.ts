import { NO_TICK } from '../../api/day-data';
import { midPath } from './mid-path';

function table(columns: Record<string, number[]>): Parameters<typeof midPath>[0] {
  return { seconds: (name) => Float64Array.from(columns[name]), ints: (name) => Int32Array.from(columns[name]) };
}

describe('mid path', () => {
  it('a window counts at its end and its mid from the level', () => {
    const windows = table({ start_s: [95, 100], bid_ticks: [10, 12], ask_ticks: [11, 13], marks: [0, 0] });
    expect(midPath(windows, { tsS: 100, levelTicks: 10, windowS: 5 })).toEqual([
      [0, 0.5],
      [5, 2.5],
    ]);
  });

  it('windows without a book to trust are left out', () => {
    const windows = table({ start_s: [95, 100, 105], bid_ticks: [NO_TICK, 12, 12], ask_ticks: [11, 13, 13], marks: [0, 8, 0] });
    expect(midPath(windows, { tsS: 100, levelTicks: 10, windowS: 5 })).toEqual([[10, 2.5]]);
  });
});
