import { firstDay } from '../api/lake-days';
import type { DayEntry, LevelInfo } from '../api/schema';
import { boardLevels } from './board-levels';
import { gapIn } from './gap';

const level = (level_id: string, price_ticks: number | null, group: LevelInfo['group'] = 'premarket'): LevelInfo => ({
  level_id,
  name: level_id,
  group,
  moving: false,
  known_from_s: null,
  price_ticks,
  reason: null,
});

describe('the levels of the board', () => {
  const levels = [
    level('a', 1),
    level('absent', null),
    level('or', null, 'opening_range'),
    level('b', 2),
    level('c', 3),
    level('d', 4),
    level('e', 5),
    level('f', 6),
  ];

  it('are the first six that have a price or may get one', () => {
    expect(boardLevels(levels, null)).toEqual(['a', 'or', 'b', 'c', 'd', 'e']);
  });

  it('hold the chosen level, in the last place where it is not among the first', () => {
    expect(boardLevels(levels, 'b')).toEqual(['a', 'or', 'b', 'c', 'd', 'e']);
    expect(boardLevels(levels, 'f')).toEqual(['a', 'or', 'b', 'c', 'd', 'f']);
    expect(boardLevels(levels, 'none of the day')).toEqual(['a', 'or', 'b', 'c', 'd', 'e']);
  });
});

describe('the first day', () => {
  const day = (session_date: string, state: DayEntry['state'], chosen = true): DayEntry => ({
    symbol: 'ESZ5',
    root: 'ES',
    session_date,
    synthetic: true,
    state,
    chosen,
    reason: null,
  });

  it('is the newest chosen one that is built', () => {
    const days = [day('2025-10-01', 'ready'), day('2025-10-02', 'ready'), day('2025-10-03', 'no_gold'), day('2025-10-03', 'ready', false)];
    expect(firstDay(days)!.session_date).toBe('2025-10-02');
  });

  it('is the newest with prices where none is built, and none in an empty lake', () => {
    expect(firstDay([day('2025-10-01', 'no_gold'), day('2025-10-02', 'no_silver')])!.session_date).toBe('2025-10-01');
    expect(firstDay([day('2025-10-02', 'no_silver')])).toBeNull();
  });
});

describe('a gap', () => {
  it('is told in the words of its marks', () => {
    expect(gapIn(0)).toBeNull();
    expect(gapIn(8)).toEqual({ kind: 'gap', message: 'gap: halt' });
    expect(gapIn(1 | 16)).toEqual({ kind: 'gap', message: 'gap: book cleared, book crossed' });
  });
});
