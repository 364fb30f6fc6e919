import { comparedWords, gaugeOf, sideOf } from './share.geometry';

describe('a share against what is usual', () => {
  const share = { p: 0.43, low: 0.28, high: 0.58, base: 0.41 };

  it('is in whole percent, with its interval', () => {
    expect(gaugeOf(share)).toEqual({ percent: 43, usual: 41, interval: { low: 28, high: 58 }, differs: false });
  });

  it.each([
    [0.5, 0.7, 1, 'more often than usual'],
    [0.2, 0.3, -1, 'less often than usual'],
    [0.41, 0.7, 0, 'no different from usual'],
  ])('with an interval from %d to %d lies on the side %d', (low, high, side, words) => {
    expect(sideOf({ ...share, low, high })).toBe(side);
    expect(gaugeOf({ ...share, low, high }).differs).toBe(side !== 0);
    expect(comparedWords({ ...share, low, high })).toBe(words);
  });

  it('has no interval where it is what is usual', () => {
    expect(gaugeOf({ p: 0.41, low: null, high: null, base: 0.41 })).toMatchObject({ interval: null, differs: false });
    expect(comparedWords({ p: 0.41, low: null, high: null, base: 0.41 })).toBe('as usual from here');
  });
});
