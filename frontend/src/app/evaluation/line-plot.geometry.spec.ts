import { layoutLines } from './line-plot.geometry';
import { lines as plot, point, series } from './report.fixture';

describe('line plot geometry', () => {
  it('the zero line lies below a skill above zero and above one below it', () => {
    const layout = layoutLines(plot(series('a', true, [0.02, -0.02])));
    const [above, below] = layout.series[0].marks;
    expect(above.y).toBeLessThan(layout.zero);
    expect(below.y).toBeGreaterThan(layout.zero);
  });

  it('the similar past is drawn last, over the grey baselines', () => {
    const layout = layoutLines(plot(series('ours', true, [0.01, 0.01]), series('mlp', false, [-0.1, 0.1])));
    expect(layout.series.map((own) => own.look)).toEqual([null, 0]);
    expect(layout.series[0].marks).toEqual([]);
  });

  it('a sixth forecaster has no look of its own and is grey', () => {
    const layout = layoutLines(plot(...Array.from({ length: 6 }, (_, place) => series(`s${place}`, true, [0.01, 0.01]))));
    expect(layout.series.map((own) => own.look)).toEqual([0, 1, 2, 3, 4, null]);
  });

  it('a line is cut off where it leaves the axis', () => {
    const layout = layoutLines(plot(series('ours', true, [0.01, 0.01, 0.01]), series('mlp', false, [-37, 0.01, 5])));
    const heights = [...layout.series[0].path.matchAll(/,([\d.]+)/g)].map((found) => Number(found[1]));
    expect(heights).toEqual([layout.series[1].marks[1].y].map((height) => Math.round(10 * height) / 10));
  });

  it('a missing figure breaks the line', () => {
    expect(layoutLines(plot(series('a', true, [0.01, null, 0.02]))).series[0].path.match(/M/g)).toHaveLength(2);
  });

  it('many places are named only now and then', () => {
    const layout = layoutLines(plot(series('a', true, new Array<number>(60).fill(0.01))));
    expect(layout.places).toHaveLength(8);
    expect(layout.series[0].marks).toEqual([]);
  });

  it('a series without a line has its marks at any number of places, larger for more weight', () => {
    const apart = series('a', true, new Array<number>(60).fill(0.01), false);
    apart.points[1] = point(0.01, 0.25);
    const [drawn] = layoutLines(plot(apart)).series;
    expect(drawn.path).toBe('');
    expect(drawn.marks).toHaveLength(60);
    expect(drawn.marks[0].size).toBeCloseTo(2 * drawn.marks[1].size);
  });

  it('single values lie at their places, those outside the axis are left out', () => {
    const layout = layoutLines({
      ...plot(series('a', true, [0.01, 0.02])),
      dots: [
        { place: 1, value: 0 },
        { place: 0, value: 9 },
      ],
    });
    expect(layout.dots).toEqual([{ x: layout.places[1].x, y: layout.zero }]);
  });

  it('a mark says whose it is, where, and its figure', () => {
    expect(layoutLines(plot(series('a', true, [0.01, 0.02]))).series[0].marks[1].title).toBe('a, 2 min: its figure');
  });
});
