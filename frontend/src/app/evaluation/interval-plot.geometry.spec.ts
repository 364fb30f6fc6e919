import { FIGURES, LABELS, WIDTH, layoutIntervals } from './interval-plot.geometry';
import { intervals as plot, row } from './report.fixture';

describe('interval plot geometry', () => {
  it('a figure above zero stands right of the zero line, one below it left', () => {
    const layout = layoutIntervals(plot([row('a', 0.01, 0.005), row('b', -0.01, 0.005, false)]));
    expect(layout.marks[0].x!).toBeGreaterThan(layout.reference!);
    expect(layout.marks[1].x!).toBeLessThan(layout.reference!);
    expect(layout.marks[0].low).toBeLessThan(layout.marks[0].x!);
  });

  it('a figure outside the axis becomes an arrow beside its edge', () => {
    const layout = layoutIntervals(plot([row('ours', 0.02), row('mlp', -37.5, 40, false), row('far', 3)]));
    expect(layout.marks.map((mark) => mark.outside)).toEqual([null, 'left', 'right']);
    expect(layout.marks[1].x).toBeNull();
  });

  it('all marks stay between the labels and the figures', () => {
    const layout = layoutIntervals(plot([row('ours', 0.02, 0.5), row('mlp', -3, 9, false)]));
    for (const mark of layout.marks) {
      expect(mark.low).toBeGreaterThanOrEqual(LABELS);
      expect(mark.high).toBeLessThanOrEqual(WIDTH - FIGURES);
    }
  });

  it('a missing figure has no mark', () => {
    expect(layoutIntervals(plot([row('a', null)])).marks[0]).toMatchObject({ x: null, outside: null });
  });

  it('a figure without an interval is a mark alone', () => {
    const [mark] = layoutIntervals(plot([{ ...row('a', 0.02), low: null, high: null }])).marks;
    expect([mark.low, mark.high]).toEqual([mark.x, mark.x]);
  });

  it('coverage is compared with the share wanted, in percent', () => {
    const layout = layoutIntervals(plot([row('1 min', 0.98, 0.02)], { label: 'share', low: 0.85, high: 1, form: 'share' }, 0.9));
    expect(layout.reference).toBeCloseTo(LABELS + (WIDTH - FIGURES - LABELS) / 3);
    expect(layout.ticks.map((tick) => tick.label)).toEqual(['85 %', '90 %', '95 %', '100 %']);
  });
});
