import { pathLine, sharedScale, xOf, yOf, type MidPath, type PathScale } from './mini-path.geometry';

const SCALE: PathScale = { fromS: -120, toS: 840, reachTicks: 20 };
const SIZE = { width: 96, height: 40 };

describe('mini path', () => {
  it('puts the level in the middle, above it up, and what goes further on the edge', () => {
    expect(yOf(0, SCALE, SIZE)).toBe(20);
    expect(yOf(10, SCALE, SIZE)).toBe(10);
    expect(yOf(-20, SCALE, SIZE)).toBe(40);
    expect(yOf(-99, SCALE, SIZE)).toBe(40);
    expect(yOf(99, SCALE, SIZE)).toBe(0);
  });

  it('puts the trigger at an eighth of the width: 120 of 960 seconds', () => {
    expect(xOf(0, SCALE, SIZE)).toBe(12);
    expect(xOf(-120, SCALE, SIZE)).toBe(0);
    expect(xOf(840, SCALE, SIZE)).toBe(96);
  });

  it('draws consecutive windows as one line', () => {
    expect(
      pathLine(
        [
          [-120, 0],
          [-115, 10],
        ],
        SCALE,
        SIZE,
        5,
      ),
    ).toBe('M0.0 20.0L0.5 10.0');
  });

  it('lifts the pen over a missing window', () => {
    const path: MidPath = [
      [0, 0],
      [5, 0],
      [15, 0],
      [20, 0],
    ];
    expect(pathLine(path, SCALE, SIZE, 5).replaceAll(/[^ML]/g, '')).toBe('MLML');
  });

  it('scales by nine of ten paths, so that one that runs away does not flatten the others', () => {
    const calm: MidPath[] = Array.from({ length: 9 }, () => [
      [0, 14],
      [5, -15],
    ]);
    expect(sharedScale([...calm, [[0, 400]]], 8).reachTicks).toBe(16);
  });

  it('always holds both barriers', () => {
    expect(sharedScale([[[0, 1]]], 12).reachTicks).toBe(16);
    expect(sharedScale([], 8).reachTicks).toBe(12);
  });
});
