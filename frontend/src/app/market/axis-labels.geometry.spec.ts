import { LABEL_HEIGHT, axisLabels, brackets } from './axis-labels.geometry';
import { LevelLine } from './levels';

const line = (levelId: string, ticks: number): LevelLine => {
  return { levelId, name: levelId, style: { colour: 'pm', dash: 'solid' }, selected: false, steps: [], ticks };
};
const toY = (ticks: number): number => (27240 - ticks) * 2;
const labels = (lines: LevelLine[], close: number) => axisLabels(lines, close, 0.25, 27140, 27240, 200, toY);

describe('axisLabels', () => {
  it('says on which side a level out of sight lies and keeps its label at that edge', () => {
    const [above, below] = labels([line('A', 27300), line('B', 27000)], NaN);
    expect([above.text, above.y]).toEqual(['▲ A 6825.00', LABEL_HEIGHT / 2]);
    expect([below.text, below.y]).toEqual(['▼ B 6750.00', 200 - LABEL_HEIGHT / 2]);
  });

  it('moves labels apart and still knows where their prices lie', () => {
    const [one, last] = labels([line('A', 27200)], 27200);
    expect(last.text).toBe('last 6800.00');
    expect([one.priceY, last.priceY]).toEqual([80, 80]);
    expect(Math.abs(one.y - last.y)).toBe(LABEL_HEIGHT);
  });

  it('has no label for a level without a price nor for a day without a trade', () => {
    expect(labels([line('A', NaN)], NaN)).toEqual([]);
  });
});

describe('brackets', () => {
  it('spans the labels of confluent levels and leaves the others alone', () => {
    const found = labels([line('A', 27200), line('B', 27201), line('C', 27160)], 27180);
    const spans = brackets(found, 2);
    expect(spans).toHaveLength(1);
    const [a, b] = [found[0].y, found[1].y];
    expect(spans[0].top).toBeLessThan(Math.min(a, b));
    expect(spans[0].bottom).toBeGreaterThan(Math.max(a, b));
    expect(spans[0].bottom - spans[0].top).toBeLessThan(2 * LABEL_HEIGHT);
  });
});
