import { roundSteps, straight, ticksOf } from './scale.geometry';

describe('a straight scale', () => {
  it('ticks are round numbers inside the axis', () => {
    expect(roundSteps(-0.031, 0.047, 4)).toEqual([-0.02, 0, 0.02, 0.04]);
    expect(roundSteps(0, 1, 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(roundSteps(0, 37, 4)).toEqual([0, 10, 20, 30]);
  });

  it('an axis without width has no ticks', () => {
    expect(roundSteps(3, 3, 4)).toEqual([]);
    expect(roundSteps(NaN, 3, 4)).toEqual([]);
  });

  it('a scale may run upwards or downwards', () => {
    expect(straight(0, 10, 100, 0)(2.5)).toBe(75);
    expect(straight(4, 4, 0, 50)(4)).toBe(25);
    expect(ticksOf(0, 2, 10, 30, 2)).toEqual([
      { value: 0, at: 10 },
      { value: 1, at: 20 },
      { value: 2, at: 30 },
    ]);
  });
});
