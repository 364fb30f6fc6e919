import { walkedDay } from '../api/made-up-day.fixture';
import type { DayData } from '../api/day-data';
import { CandleFold } from '../market/candle-fold';
import { FIRST_LOOK, Look } from '../board/look';
import { strikeRows } from './rows';
import { StageScene, stageScene } from './scene';

const ROWS = strikeRows(27180, 0, 4, 530, 21);

function sceneOf(data: DayData, index: number, look: Partial<Look> = {}): StageScene {
  const fold = new CandleFold(data);
  const whole = { ...FIRST_LOOK, ...look };
  fold.moveTo(data.indexOfEnd(data.endS(index) - whole.backS) + 1);
  return stageScene({
    data,
    fold,
    index,
    width: 600,
    rows: ROWS,
    look: whole,
    levelIds: ['pm_high'],
    selected: 'pm_high',
    episodes: [],
    barriers: null,
    isComing: false,
  });
}

describe('the picture of the stage', () => {
  it('is the same whatever came after the cursor', () => {
    const [one, other] = [walkedDay(7), walkedDay(7)];
    const index = 500;
    for (const column of [other.bid, other.ask, other.heatBase, other.close, other.buyVolume]) column.fill(1, index + 1);
    other.heat.fill(9, (index + 1) * 97);
    for (let window = index + 1; window < other.windows; window++) other.trades[window] = [{ ticks: 27180, buys: 99, sells: 99 }];
    const figures = (scene: StageScene) => JSON.stringify({ ...scene, timeline: null, rows: null, fold: scene.fold.candles });
    expect(figures(sceneOf(one, index))).toBe(figures(sceneOf(other, index)));
  });

  it('ends at the cursor; panned back it ends earlier, and reads nothing after that', () => {
    const data = walkedDay(8);
    expect(sceneOf(data, 500).timeline.untilS).toBe(data.endS(500));
    const panned = sceneOf(data, 500, { backS: 300 });
    expect(panned.timeline.untilS).toBe(data.endS(440));
    expect(panned.lens!.to).toBe(441);
    expect(panned.quotes.at(-1)!.s).toBe(data.startS(440));
    expect(panned.candles.untilS).toBe(data.endS(440));
  });

  it('has a column for each window of the lens, and for thirty seconds or more before it', () => {
    const data = walkedDay(9);
    const { lens, older } = sceneOf(data, 600);
    expect([lens!.to - lens!.from, lens!.pool]).toEqual([48, 1]);
    expect([older!.pool, older!.to]).toEqual([6, lens!.from]);
    expect(sceneOf(data, 600, { heat: false })).toMatchObject({ lens: null, older: null });
    expect(sceneOf(data, 600, { lens: false }).quotes).toEqual([]);
  });

  it('has a dot from four contracts on, of buyers and of sellers apart', () => {
    const data = walkedDay(10);
    data.trades[500] = [
      { ticks: 27181, buys: 4, sells: 3 },
      { ticks: 27182, buys: 0, sells: 12 },
    ];
    data.trades[300] = [{ ticks: 27181, buys: 400, sells: 0 }];
    expect(sceneOf(data, 500).dots).toEqual([
      { s: data.startS(500), ticks: 27181, contracts: 4, bought: true },
      { s: data.startS(500), ticks: 27182, contracts: 12, bought: false },
    ]);
  });
});
