import { LakeDay } from '../api/schema';
import { countStates, daysShown, rowsOf, symbolsOf, totalOf } from './lake-health';

function day(
  symbol: string,
  date: string,
  states: Partial<Record<'silver' | 'gold', 'done' | 'missing' | 'failed' | 'stale'>>,
  windows: number | null = 10,
): LakeDay {
  const cells = Object.fromEntries(
    Object.entries(states).map(([layer, state]) => [layer, { state, tables: [], seconds: null, fix: null }]),
  );
  return {
    symbol,
    session_date: date,
    synthetic: true,
    chosen: symbol === 'ESZ5',
    reason: null,
    cells,
    windows,
    gaps: 0,
    triggers: null,
    anomalies: 0,
    bytes: 5,
    seconds: null,
  };
}

const days = [
  day('ESZ5', '2025-10-01', { silver: 'done', gold: 'done' }),
  day('ESZ5', '2025-10-02', { silver: 'done', gold: 'stale' }),
  day('ESH6', '2025-10-02', { silver: 'failed' }, null),
];

describe('lake health', () => {
  it('shows the newest day first', () => {
    expect(daysShown(days, { symbol: '', state: '' }).map((one) => one.symbol + one.session_date)).toEqual([
      'ESH62025-10-02',
      'ESZ52025-10-02',
      'ESZ52025-10-01',
    ]);
  });

  it('a day is shown when any of its layers is in the state asked for', () => {
    expect(daysShown(days, { symbol: '', state: 'stale' })).toEqual([days[1]]);
    expect(daysShown(days, { symbol: 'ESZ5', state: 'done' })).toHaveLength(2);
    expect(daysShown(days, { symbol: 'ESZ5', state: 'failed' })).toEqual([]);
    expect(daysShown(days, { symbol: '', state: 'chosen' })).toHaveLength(2);
  });

  it('counts layer cells by state', () => {
    expect(countStates(days)).toEqual({ done: 3, missing: 0, failed: 1, stale: 1 });
  });

  it('a day without a figure adds nothing to the total', () => {
    expect(totalOf(days, 'windows')).toBe(20);
    expect(totalOf(days, 'triggers')).toBe(0);
    expect(totalOf(days, 'bytes')).toBe(15);
  });

  it('names every contract once', () => {
    expect(symbolsOf(days)).toEqual(['ESH6', 'ESZ5']);
  });

  it('rows of a layer are those of its tables together', () => {
    const table = { dataset: 'a', symbol: 'ESZ5', state: 'done' as const, rows: 3, bytes: 0, anomalies: 0, why: null };
    expect(rowsOf({ state: 'done', tables: [table, { ...table, rows: 4 }], seconds: null, fix: null })).toBe(7);
  });
});
