import { endWord, tileLine, tilePath, tileX, tileY } from './tiles.geometry';

const SIZE = { width: 96, height: 34 };

describe('a tile', () => {
  it('puts the trigger at an eighth of the width, the level in the middle and the barriers at its own distance', () => {
    expect([-120, 0, 840].map((seconds) => tileX(seconds, SIZE))).toEqual([0, 12, 96]);
    expect([0, 1, -1].map((barriers) => Number(tileY(barriers, SIZE).toFixed(6)))).toEqual([17, 7, 27]);
    expect([9, -9].map((barriers) => tileY(barriers, SIZE))).toEqual([0, 34]);
  });

  it('has one scale for setups with different barriers', () => {
    expect(tileLine([[0, 8]], 8, SIZE, 5)).toBe('M12.0 7.0');
    expect(tileLine([[0, 12]], 12, SIZE, 5)).toBe('M12.0 7.0');
  });

  it('cuts the path where it hit a barrier after the trigger, half a spread short of it', () => {
    const path = [
      [-5, 9],
      [0, 0],
      [5, 7.5],
      [10, 0],
    ] as const;
    expect(tilePath(path, 8, SIZE, 5)).toEqual({ before: 'M11.5 5.8L12.0 17.0L12.5 7.6', after: 'M12.5 7.6L13.0 17.0' });
    expect(tilePath(path, 9, SIZE, 5).after).toBe('');
  });

  it('lifts the pen over a missing window', () => {
    const path = [0, 5, 15, 20].map((seconds) => [seconds, 0] as const);
    expect(tileLine(path, 8, SIZE, 5).replaceAll(/[^ML]/g, '')).toBe('MLML');
  });

  it('says in a word how it ended', () => {
    expect((['BREAK', 'REJECT', 'CHOP', 'WHIPSAW', 'CENSORED'] as const).map(endWord)).toEqual([
      'through',
      'back',
      'chop',
      'both',
      'cut off',
    ]);
  });
});
