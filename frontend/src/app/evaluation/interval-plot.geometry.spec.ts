import { FIGURES, LABELS, WIDTH, intervalsInWords, layoutIntervals } from './interval-plot.geometry';
import { IntervalPlotData, IntervalRow } from './plots';

function row(label: string, value: number, half: number, strong = false): IntervalRow {
  return { label, note: '', value, low: value - half, high: value + half, strong };
}

function plot(rows: IntervalRow[], as: 'skill' | 'share' = 'skill', reference = 0): IntervalPlotData {
  return { kind: 'intervals', title: 'RPS', unit: 'skill', reference, as, rows };
}

describe('interval plot geometry', () => {
  it('a figure above zero stands right of the zero line, one below it left', () => {
    const layout = layoutIntervals(plot([row('a', 0.01, 0.005, true), row('b', -0.01, 0.005)]));
    expect(layout.marks[0].x!).toBeGreaterThan(layout.reference!);
    expect(layout.marks[1].x!).toBeLessThan(layout.reference!);
    expect(layout.marks[0].low).toBeLessThan(layout.marks[0].x!);
  });

  it('one wild reference becomes an arrow and does not flatten the others', () => {
    const layout = layoutIntervals(plot([row('ours', 0.02, 0.01, true), row('mlp', -37.5, 40)]));
    expect(layout.marks[1]).toMatchObject({ x: null, outside: 'left' });
    expect(layout.marks[0].high - layout.marks[0].low).toBeGreaterThan(15);
  });

  it('all marks stay between the labels and the figures', () => {
    const layout = layoutIntervals(plot([row('ours', 0.02, 0.5, true), row('mlp', -3, 9)]));
    for (const mark of layout.marks) {
      expect(mark.low).toBeGreaterThanOrEqual(LABELS);
      expect(mark.high).toBeLessThanOrEqual(WIDTH - FIGURES);
    }
  });

  it('a skill axis is never narrower than a difference that somebody could use', () => {
    const layout = layoutIntervals(plot([row('a', 0.0001, 0.0001, true)]));
    expect(layout.marks[0].high - layout.marks[0].low).toBeLessThan(5);
  });

  it('marks a lower bound above zero of the similar past with a sign', () => {
    const layout = layoutIntervals(plot([row('a', 0.02, 0.01, true), row('b', 0.02, 0.03, true), row('c', 0.02, 0.01)]));
    expect(layout.marks.map((mark) => mark.figure.startsWith('▲'))).toEqual([true, false, false]);
  });

  it('a missing figure has no mark and says so', () => {
    const layout = layoutIntervals(plot([{ ...row('a', NaN, NaN, true) }, row('b', 0.1, 0.01)]));
    expect(layout.marks[0]).toMatchObject({ x: null, outside: null, figure: 'not available' });
  });

  it('coverage is compared with the share asked for and stays within 0 and 1', () => {
    const layout = layoutIntervals(plot([row('1 min', 0.98, 0.03, true)], 'share', 0.9));
    expect(layout.reference).not.toBeNull();
    expect(layout.ticks.every((tick) => tick.value >= 0 && tick.value <= 1)).toBe(true);
  });

  it('tells every figure in words', () => {
    expect(intervalsInWords(plot([row('a', 0.01, 0.005)]))).toBe('RPS, skill: a +0.010 [+0.005, +0.015].');
  });
});
