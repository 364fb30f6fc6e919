import { layoutLines, linesInWords } from './line-plot.geometry';
import { LinePlotData, LineSeries } from './plots';

function series(label: string, strong: boolean, values: number[]): LineSeries {
  return { label, strong, points: values.map((value) => ({ value, low: value - 0.01, high: value + 0.01 })) };
}

function plot(...all: LineSeries[]): LinePlotData {
  return { kind: 'lines', title: 'Skill', unit: 'RPS skill', places: all[0].points.map((_, place) => `${place + 1} min`), series: all };
}

describe('line plot geometry', () => {
  it('the zero line lies below a skill above zero and above one below it', () => {
    const layout = layoutLines(plot(series('a', true, [0.02, -0.02])));
    const [above, below] = layout.series[0].marks;
    expect(above.y).toBeLessThan(layout.zero);
    expect(below.y).toBeGreaterThan(layout.zero);
  });

  it('the similar past is drawn last, over the grey references', () => {
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
    expect(layoutLines(plot(series('a', true, [0.01, NaN, 0.02]))).series[0].path.match(/M/g)).toHaveLength(2);
  });

  it('many places are told only now and then', () => {
    const layout = layoutLines(plot(series('a', true, new Array<number>(60).fill(0.01))));
    expect(layout.places).toHaveLength(8);
    expect(layout.series[0].marks).toEqual([]);
  });

  it('says where every series ends', () => {
    expect(linesInWords(plot(series('a', true, [0.01, 0.02])))).toBe('Skill, RPS skill, 1 min to 2 min: a +0.020 at 2 min.');
  });
});
