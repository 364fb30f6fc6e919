import { isBlank, listed, numberOf, percent, plain, skill, span, whole, words } from './figures';

describe('figures', () => {
  it('a skill near zero keeps its sign, so that a bound above zero looks like one', () => {
    expect(skill(0.0123)).toBe('+0.012');
    expect(skill(-0.0003)).toBe('−0.0003');
    expect(skill(0)).toBe('0.000');
  });

  it('what could not be computed is a dash, never 0 and never NaN', () => {
    for (const value of [null, undefined, NaN, Infinity, 'x', true]) {
      expect([skill(value), plain(value), percent(value), whole(value)]).toEqual(['–', '–', '–', '–']);
    }
    expect(Number.isNaN(numberOf(null))).toBe(true);
    expect(words('')).toBe('–');
  });

  it('an interval needs both of its ends', () => {
    expect(span(-0.004, 0.028)).toBe('[−0.004, +0.028]');
    expect(span(-0.004, null)).toBe('');
    expect(span(0.74, 0.82, (share) => percent(share, 0))).toBe('[74 %, 82 %]');
  });

  it('counts have thousands and shares have a unit', () => {
    expect(whole(7012)).toBe('7,012');
    expect(percent(0.893)).toBe('89.3 %');
  });

  it('a list is read aloud', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b', 'c'])]).toEqual(['', 'a', 'a, b and c']);
  });

  it('empty lists and objects are blank, zero and false are not', () => {
    expect([null, '', [], {}, NaN].every(isBlank)).toBe(true);
    expect([0, false, [0], 'x'].some(isBlank)).toBe(false);
  });
});
