import { count, size } from './sizes';

describe('sizes', () => {
  it('bytes have two figures and a unit', () => {
    expect([0, 412, 999, 1000, 565_873, 999_600, 1_600_000_000].map(size)).toEqual([
      '0 B',
      '412 B',
      '999 B',
      '1.0 kB',
      '566 kB',
      '1.0 MB',
      '1.6 GB',
    ]);
  });

  it('an unknown count is a dash, never 0', () => {
    expect([count(7920), count(0), count(null)]).toEqual(['7,920', '0', '–']);
  });
});
