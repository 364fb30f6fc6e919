import { count, size, worked } from './sizes';

describe('sizes', () => {
  it('bytes have two figures and a unit', () => {
    expect([0, 412, 999, 1000, 565_873, 999_600, 1_600_000_000].map(size)).toEqual(['0 B', '412 B', '999 B', '1.0 kB', '566 kB', '1.0 MB', '1.6 GB']);
  });

  it('a time is told as long as it matters', () => {
    expect([0.42, 9.96, 12.4, 185].map(worked)).toEqual(['0.4 s', '10 s', '12 s', '3 min 05 s']);
    expect(worked(null)).toBe('–');
  });

  it('an unknown count is a dash, never 0', () => {
    expect([count(7920), count(0), count(null)]).toEqual(['7,920', '0', '–']);
  });
});
