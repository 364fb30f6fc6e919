import { duration } from './duration';

describe('duration', () => {
  it('tells seconds, then minutes with seconds, then hours with minutes', () => {
    expect([0, 25, 59, 60, 365, 3599, 3600, 4320].map(duration)).toEqual([
      '0 s', '25 s', '59 s', '1 min 00 s', '6 min 05 s', '59 min 59 s', '1 h 00 min', '1 h 12 min',
    ]);
  });
});
