import type { LevelInfo } from '../api/schema';
import { boardLevels } from './board-levels';

const level = (level_id: string, price_ticks: number | null, known_at: LevelInfo['known_at'] = 'open'): LevelInfo => ({
  level_id,
  name: level_id,
  group: 'premarket',
  moving: false,
  known_at,
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

  it('are those that the server says may get a price, whatever they are called', () => {
    expect(boardLevels([level('toy_mid', null, 'session'), level('toy_low', null)], null)).toEqual(['toy_mid']);
  });

  it('hold the chosen level, in the last place where it is not among the first', () => {
    expect(boardLevels(levels, 'b')).toEqual(['a', 'or', 'b', 'c', 'd', 'e']);
    expect(boardLevels(levels, 'f')).toEqual(['a', 'or', 'b', 'c', 'd', 'f']);
    expect(boardLevels(levels, 'none of the day')).toEqual(['a', 'or', 'b', 'c', 'd', 'e']);
  });
});
