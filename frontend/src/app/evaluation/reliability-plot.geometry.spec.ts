import { Reliability } from '../api/schema';
import { layoutReliability } from './reliability-plot.geometry';

const plot: Reliability = {
  kind: 'reliability',
  title: 'similar block',
  description: 'In words.',
  outcomes: [
    {
      outcome: 'BREAK',
      bins: [
        { p: 0.25, frequency: 0.25, low: 0.2, high: 0.3, windows: 100, figure: 'stated 25.0 %, observed 25.0 % of 100 windows' },
        { p: 0.5, frequency: 0.7, low: null, high: 1.2, windows: 300, figure: 'stated 50.0 %, observed 70.0 % of 300 windows' },
      ],
    },
    { outcome: 'REJECT', bins: [{ p: 0.5, frequency: 0, low: null, high: null, windows: 0, figure: '' }] },
  ],
};

describe('reliability plot geometry', () => {
  it('a bin that keeps its word lies on the diagonal', () => {
    const layout = layoutReliability(plot);
    const [kept, late] = layout.outcomes[0].points;
    expect(kept.x - layout.left).toBeCloseTo(layout.bottom - kept.y, 6);
    expect(late.x - layout.left).toBeLessThan(layout.bottom - late.y);
  });

  it('an interval beyond 100 % ends at the edge', () => {
    expect(layoutReliability(plot).outcomes[0].points[1].high).toBe(layoutReliability(plot).top);
  });

  it('the fullest bin is as high as the strip below, an empty one has no height', () => {
    const layout = layoutReliability(plot);
    expect(layout.most).toBe(300);
    expect(layout.outcomes[0].counts[1].y).toBe(layout.countsTop);
    expect(layout.outcomes[1].counts[0].height).toBe(0);
  });

  it('a bin without an interval is a point alone', () => {
    const [, late] = layoutReliability(plot).outcomes[0].points;
    expect(late.low).toBe(late.y);
  });

  it('outcomes differ in shape as well as in colour', () => {
    expect(layoutReliability(plot).outcomes.map(({ marker }) => marker)).toEqual(['circle', 'triangle']);
  });

  it('a point says what was stated and what was observed', () => {
    expect(layoutReliability(plot).outcomes[0].points[0].title).toBe('BREAK: stated 25.0 %, observed 25.0 % of 100 windows');
  });
});
