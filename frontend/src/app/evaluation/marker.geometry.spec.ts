import { linePath, markerPath } from './marker.geometry';

describe('marks and lines', () => {
  it('a line breaks where a point is missing', () => {
    expect(
      linePath([
        [0, 1],
        [5, 2],
        [10, NaN],
        [15, 4.04],
      ]),
    ).toBe('M0,1L5,2M15,4');
  });

  it('every mark has its own outline', () => {
    const outlines = (['circle', 'triangle', 'square', 'diamond', 'wedge'] as const).map((marker) => markerPath(marker, 10, 10, 4));
    expect(new Set(outlines).size).toBe(5);
    expect(outlines.some((outline) => outline.includes('NaN'))).toBe(false);
  });
});
