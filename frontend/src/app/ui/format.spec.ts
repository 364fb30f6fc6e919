import { points, signed, whole } from './format';

describe('format', () => {
  it('writes ticks as points with two decimals', () => {
    expect(points(27200, 0.25)).toBe('6800.00');
    expect(points(27201.5, 0.25)).toBe('6800.38');
  });

  it('writes a dash where there is no number', () => {
    expect(points(NaN, 0.25)).toBe('–');
    expect(signed(NaN)).toBe('–');
  });

  it('parts the thousands of a count', () => {
    expect([0, 999, 2310, 1234567].map(whole)).toEqual(['0', '999', '2,310', '1,234,567']);
  });

  it('puts the sign before a number and none before zero', () => {
    expect(signed(340)).toBe('+340');
    expect(signed(-1.25, 2)).toBe('−1.25');
    expect(signed(-0.001, 2)).toBe('0.00');
  });
});
