import { layoutStrip } from './distance-strip.geometry';

describe('distance strip geometry', () => {
  it('begins at 0, where a setup would meet itself', () => {
    const layout = layoutStrip({ distances: [2, 4], median: 3 });
    expect(layout.ticks[0]).toEqual({ x: layout.left, label: '0' });
    expect(layout.marks[1].x - layout.left).toBeCloseTo(2 * (layout.marks[0].x - layout.left));
    expect(layout.marks[1].x).toBeLessThan(layout.right);
  });

  it('the median stands among the neighbours', () => {
    const layout = layoutStrip({ distances: [2, 4], median: 3 });
    expect(layout.median).toBeGreaterThan(layout.marks[0].x);
    expect(layout.median).toBeLessThan(layout.marks[1].x);
  });

  it('without neighbours there are no marks and the axis still stands', () => {
    const layout = layoutStrip({ distances: [], median: null });
    expect(layout).toMatchObject({ marks: [], median: null });
    expect(layout.ticks.length).toBeGreaterThan(1);
  });
});
