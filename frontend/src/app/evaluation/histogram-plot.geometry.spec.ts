import { histogramInWords, layoutHistogram } from './histogram-plot.geometry';
import { HistogramPlotData, binned } from './plots';

const data: HistogramPlotData = {
  kind: 'histogram', title: 'p 0.04', unit: 'RPS skill', counted: 'permutations', edges: [-0.01, 0, 0.01], counts: [2, 8], mark: { value: 0.03, label: 'observed +0.030' },
};

describe('histogram geometry', () => {
  it('the fullest bar fills the height and bars lie side by side', () => {
    const layout = layoutHistogram(data);
    expect(layout.bars[1].y).toBe(layout.top);
    expect(layout.bars[0].height * 4).toBeCloseTo(layout.bars[1].height);
    expect(layout.bars[1].x).toBeGreaterThan(layout.bars[0].x + layout.bars[0].width - 0.01);
  });

  it('the axis reaches out to a mark that lies beyond all bars', () => {
    const layout = layoutHistogram(data);
    expect(layout.mark).toBe(layout.right);
    expect(layout.bars[1].x + layout.bars[1].width).toBeLessThan(layout.right);
  });

  it('draws are counted into equal bins, the greatest into the last', () => {
    expect(binned([0, 1, 2, 3, NaN], 3)).toEqual({ edges: [0, 1, 2, 3], counts: [1, 1, 2] });
    expect(binned([NaN], 3)).toEqual({ edges: [], counts: [] });
    expect(binned([5, 5], 2).counts.reduce((sum, count) => sum + count)).toBe(2);
  });

  it('says count, range and mark', () => {
    expect(histogramInWords(data)).toBe('p 0.04: 10 permutations by RPS skill, most between 0 and 0.01; observed +0.030.');
  });
});
