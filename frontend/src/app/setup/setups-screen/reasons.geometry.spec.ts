import { reasonInWords, sigma, sigmaBar } from './reasons.geometry';

describe('reasons', () => {
  it('a bar grows from the middle, right for above the median and left for below', () => {
    expect(sigmaBar(2)).toEqual({ left: 50, width: 25, clipped: false });
    expect(sigmaBar(-2)).toEqual({ left: 25, width: 25, clipped: false });
    expect(sigmaBar(0)).toEqual({ left: 50, width: 0, clipped: false });
  });

  it('a far one ends at the edge and is marked', () => {
    expect(sigmaBar(9)).toEqual({ left: 50, width: 50, clipped: true });
    expect(sigmaBar(-9)).toEqual({ left: 0, width: 50, clipped: true });
  });

  it('numbers carry their sign and unit', () => {
    expect([1.84, -0.31, 0.02].map(sigma)).toEqual(['+1.8 σ', '−0.3 σ', '0.0 σ']);
  });

  it('says a reason in words', () => {
    const reason = { label: 'ask near pull share', feature: 'f', dim: 'now:f', query_sigma: 1.84, neighbour_sigma: 1.5, share: 0.123 };
    expect(reasonInWords(reason, true)).toBe('ask near pull share: this setup +1.8 σ, the neighbour +1.5 σ, 12 % of what they share');
    expect(reasonInWords(reason, false)).toContain('12 % of their distance');
  });
});
