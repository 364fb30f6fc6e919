import { SPEEDS, boundSpeed, nextSpeed } from './speeds';

describe('the speeds', () => {
  it('go from 1 to 240, each above the one before', () => {
    expect(SPEEDS[0]).toBe(1);
    expect(SPEEDS.at(-1)).toBe(240);
    expect([...SPEEDS].sort((a, b) => a - b)).toEqual(SPEEDS);
  });

  it('are stepped through one by one, up and down', () => {
    const up = SPEEDS.map((speed) => nextSpeed(speed, 1));
    expect(up).toEqual([...SPEEDS.slice(1), 240]);
    expect(SPEEDS.map((speed) => nextSpeed(speed, -1))).toEqual([1, ...SPEEDS.slice(0, -1)]);
  });

  it('have neighbours for a speed that is none of them', () => {
    expect(nextSpeed(30, 1)).toBe(60);
    expect(nextSpeed(30, -1)).toBe(24);
  });

  it('are held between 1 and 240', () => {
    expect([0, 17, 1000, NaN].map(boundSpeed)).toEqual([1, 17, 240, 12]);
  });
});
