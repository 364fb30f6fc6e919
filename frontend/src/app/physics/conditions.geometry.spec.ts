import { CONDITIONS, cellOf } from './conditions.geometry';

describe('a condition', () => {
  it.each([
    [0, 1, 'up'],
    [1, 1, 'up'],
    [2, 1, 'down'],
    [3, 1, 'down'],
    [0, -1, 'down'],
    [1, -1, 'down'],
    [2, -1, 'up'],
    [3, -1, 'up'],
  ])('%d with sign %d speaks for %s', (condition, sign, side) => {
    expect(cellOf(condition, 1.6, 34, sign).side).toBe(side);
  });

  it('is the mirror image of itself: bids for asks and down for up', () => {
    const mirrored = { up: 'down', down: 'up', even: 'even', none: 'none' } as const;
    for (const condition of [0, 1])
      for (const sign of [-1, 0, 1]) expect(cellOf(condition + 2, 1.2, 5, sign).side).toBe(mirrored[cellOf(condition, 1.2, 5, sign).side]);
  });

  it('says how fast against usual, in contracts, and what that speaks for', () => {
    expect(cellOf(0, 1.64, 34.4, 1)).toEqual({
      side: 'up',
      figure: '1.6x',
      says: 'asks above move higher: 1.6 times usual, 34 contracts; asks above move higher, which speaks for up',
    });
    expect(cellOf(3, 0.31, 2, -1).says).toBe('bids below are pulled: 0.3 times usual, 2 contracts; bids below stand, which speaks for up');
    expect(cellOf(1, 15.4, 9, 1).figure).toBe('15x');
    expect(cellOf(1, 1, 9, 0).says).toBe('asks above are pulled: 1.0 times usual, 9 contracts; nothing unusual');
  });

  it('has no side without a past to scale by', () => {
    expect(CONDITIONS.map((_, place) => cellOf(place, NaN, NaN, 0).side)).toEqual(Array(4).fill('none'));
  });
});
