import { Histogram } from '../api/schema';
import { layoutHistogram } from './histogram-plot.geometry';

const plot: Histogram = {
  kind: 'histogram',
  title: 'p 0.04',
  description: 'In words.',
  axis: { label: 'RPS skill', low: -0.01, high: 0.03, form: 'plain' },
  counted: 'permutations',
  edges: [-0.01, 0, 0.01],
  counts: [2, 8],
  mark: { value: 0.03, label: 'observed +0.030' },
};

describe('histogram geometry', () => {
  it('the fullest bar fills the height and bars lie side by side', () => {
    const layout = layoutHistogram(plot);
    expect(layout.bars[1].y).toBe(layout.top);
    expect(layout.bars[0].height * 4).toBeCloseTo(layout.bars[1].height);
    expect(layout.bars[1].x).toBeGreaterThan(layout.bars[0].x + layout.bars[0].width - 0.01);
  });

  it('a mark that lies beyond all bars stands at the end of the axis', () => {
    const layout = layoutHistogram(plot);
    expect(layout.mark).toBe(layout.right);
    expect(layout.bars[1].x + layout.bars[1].width).toBeLessThan(layout.right);
  });

  it('a bar says its ends and its count', () => {
    expect(layoutHistogram(plot).bars[0].title).toBe('−0.01 to 0: 2 permutations');
  });
});
