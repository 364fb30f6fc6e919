import { duration, roughly, worked } from './duration';

describe('a stretch of time', () => {
  it('is said in seconds, then in minutes with seconds, then in hours with minutes', () => {
    expect([0, 25, 59, 60, 365, 3599, 3600, 4320].map(duration)).toEqual([
      '0 s',
      '25 s',
      '59 s',
      '1 min 00 s',
      '6 min 05 s',
      '59 min 59 s',
      '1 h 00 min',
      '1 h 12 min',
    ]);
  });

  it('is said roughly in one unit', () => {
    expect([0, 59, 60, 119, 5999, 6000].map(roughly)).toEqual(['0 s', '59 s', '1 min', '1 min', '99 min', '1.7 h']);
  });

  it('that was worked has tenths while it is short, and a dash where none was noted', () => {
    expect([0.42, 9.96, 12.4, 185].map(worked)).toEqual(['0.4 s', '10 s', '12 s', '3 min 05 s']);
    expect(worked(null)).toBe('–');
  });
});
