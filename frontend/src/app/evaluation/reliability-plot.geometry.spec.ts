import { layoutReliability, reliabilityInWords } from './reliability-plot.geometry';
import { ReliabilityPlotData } from './plots';

const data: ReliabilityPlotData = {
  kind: 'reliability',
  title: 'similar block',
  outcomes: [
    { outcome: 'BREAK', bins: [{ p: 0.25, frequency: 0.25, low: 0.2, high: 0.3, episodes: 100 }, { p: 0.5, frequency: 0.7, low: 0.4, high: 1.2, episodes: 300 }] },
    { outcome: 'REJECT', bins: [{ p: 0.5, frequency: NaN, low: NaN, high: NaN, episodes: 0 }] },
  ],
};

describe('reliability plot geometry', () => {
  it('a bin that keeps its word lies on the diagonal', () => {
    const layout = layoutReliability(data);
    const [kept, late] = layout.outcomes[0].points;
    expect(kept.x - layout.left).toBeCloseTo(layout.bottom - kept.y, 6);
    expect(late.x - layout.left).toBeLessThan(layout.bottom - late.y);
  });

  it('an interval beyond 100 % ends at the edge', () => {
    expect(layoutReliability(data).outcomes[0].points[1].high).toBe(layoutReliability(data).top);
  });

  it('the fullest bin is as high as the strip below, an empty one has no height', () => {
    const layout = layoutReliability(data);
    expect(layout.most).toBe(300);
    expect(layout.outcomes[0].counts[1].y).toBe(layout.countsTop);
    expect(layout.outcomes[1].counts[0].height).toBe(0);
  });

  it('a bin without a frequency has no point', () => {
    expect(layoutReliability(data).outcomes[1]).toMatchObject({ points: [], path: '' });
  });

  it('outcomes differ in shape as well as in colour', () => {
    expect(layoutReliability(data).outcomes.map(({ marker }) => marker)).toEqual(['circle', 'triangle']);
  });

  it('says how far the observed lies from the stated', () => {
    expect(reliabilityInWords(data)).toContain('BREAK off by 15.0 % on average over 400 episodes');
  });
});
