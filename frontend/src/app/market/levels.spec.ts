import { OPEN_S, level, walkedDay } from '../api/made-up-day.fixture';
import { levelLines } from './levels';

function day() {
  const data = walkedDay(1);
  data.levels.set('pm_high', { fromS: [OPEN_S], priceTicks: [27200] });
  data.levels.set('or_high', { fromS: [OPEN_S + 900], priceTicks: [27201] });
  data.levels.set('vwap', { fromS: [OPEN_S, OPEN_S + 120, OPEN_S + 240], priceTicks: [27190, 27191.5, 27193] });
  return data;
}
const ALL = ['pm_high', 'or_high', 'vwap'];

describe('levelLines', () => {
  it('has no line of a level before it is known', () => {
    expect(levelLines(day(), ALL, 'pm_high', OPEN_S - 5)).toEqual([]);
    expect(levelLines(day(), ALL, 'pm_high', OPEN_S).map((line) => line.levelId)).toEqual(['vwap', 'pm_high']);
  });

  it('draws a moving level as steps that end at the cursor and hold no later price', () => {
    const [line] = levelLines(day(), ['vwap'], 'vwap', OPEN_S + 150);
    expect(line.steps).toEqual([
      { fromS: OPEN_S, toS: OPEN_S + 120, ticks: 27190 },
      { fromS: OPEN_S + 120, toS: OPEN_S + 150, ticks: 27191.5 },
    ]);
    expect(line.ticks).toBe(27191.5);
  });

  it('draws still, opening-range and moving levels by strokes of their own', () => {
    const lines = levelLines(day(), ALL, 'vwap', OPEN_S + 900);
    expect(lines.map(({ levelId, style }) => [levelId, style.dash])).toEqual([
      ['pm_high', 'solid'],
      ['or_high', 'dashed'],
      ['vwap', 'dotted'],
    ]);
  });

  it('draws a level that it was never told of as the day message describes it', () => {
    const data = walkedDay(1, 30, { levels: [level('toy_mid', 'Toy Mid', 'prior_day', { moving: true, known_at: 'session' })] });
    data.levels.set('toy_mid', { fromS: [OPEN_S], priceTicks: [27195] });
    const [line] = levelLines(data, ['toy_mid'], 'toy_mid', OPEN_S);
    expect([line.name, line.style.dash, line.ticks]).toEqual(['Toy Mid', 'dotted', 27195]);
  });

  it('shows the selected level beside those of the board and on top of them', () => {
    expect(levelLines(day(), ['or_high'], 'pm_high', OPEN_S + 900).map((line) => [line.levelId, line.selected])).toEqual([
      ['or_high', false],
      ['pm_high', true],
    ]);
  });
});
