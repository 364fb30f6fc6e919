import { DayData } from '../api/day-data';
import { madeUpEpisode } from '../api/episode.fixture';
import { OPEN_S, walkedDay } from '../api/made-up-day.fixture';
import { Episode } from '../api/schema';
import { CANDLE_S, CandleFold } from './candle-fold';
import { CandleScene, candleScene, gapSpans } from './candles.geometry';

const LEAD_IN = 360;
const CLOSE_S = OPEN_S + 10 * CANDLE_S;

function episode(over: Partial<Episode>): Episode {
  return madeUpEpisode(OPEN_S + 60, { barrier_ticks: 12, ...over });
}
const BREAK = episode({ setup: 'break_and_confirm', start_s: CLOSE_S });

function sceneAt(data: DayData, s: number, episodes: Episode[] = [], selected = 'pm_high'): CandleScene {
  const count = data.indexOfEnd(s) + 1;
  const fold = new CandleFold(data);
  fold.moveTo(count);
  return candleScene(data, fold, count, { levelIds: ['pm_high', 'vwap'], selected, episodes });
}

function day(): DayData {
  const data = walkedDay(1);
  data.levels.set('pm_high', { fromS: [OPEN_S], priceTicks: [27200] });
  data.levels.set('vwap', { fromS: [OPEN_S, OPEN_S + 120, OPEN_S + 240], priceTicks: [27190, 27191.5, 27193] });
  return data;
}

/** Every moment that a scene would draw. */
function moments(scene: CandleScene): number[] {
  const spans = [...scene.lines.flatMap((line) => line.steps), ...scene.gaps, ...(scene.premarket ? [scene.premarket] : [])];
  const boxes = scene.confirmations.flatMap((found) => [
    found.trigger,
    found.confirming,
    found.lookBack,
    found.lookForward ?? found.lookBack,
  ]);
  return [...[...spans, ...boxes].flatMap(({ fromS, toS }) => [fromS, toS]), ...scene.episodes.map(({ s }) => s)];
}

describe('candleScene', () => {
  it('holds nothing later than the cursor at any moment of the day', () => {
    const data = day();
    for (let window = 0; window < data.windows; window += 7) data.marks[window] = 8;
    const all = [episode({}), BREAK, episode({ number: 2, start_s: OPEN_S + 900 })];
    for (let s = OPEN_S - 1795; s <= data.day.session_end_s; s += 35) {
      const scene = sceneAt(data, s, all);
      expect(Math.max(-Infinity, ...moments(scene))).toBeLessThanOrEqual(s);
      expect(scene.closeTicks).toBe(data.close.slice(0, data.indexOfEnd(s) + 1).findLast((close) => close > 0));
    }
  });

  it('boxes the six candles that end with the confirmation', () => {
    const [found] = sceneAt(day(), CLOSE_S, [BREAK]).confirmations;
    expect([found.lookBack.fromS, found.lookBack.toS]).toEqual([CLOSE_S - 6 * CANDLE_S, CLOSE_S]);
    expect([found.trigger.fromS, found.confirming.fromS]).toEqual([CLOSE_S - 2 * CANDLE_S, CLOSE_S - CANDLE_S]);
  });

  it('boxes the three candles after a confirmation only once the last of them has closed', () => {
    const data = day();
    expect(sceneAt(data, CLOSE_S + 3 * CANDLE_S - 5, [BREAK]).confirmations[0].lookForward).toBeNull();
    const box = sceneAt(data, CLOSE_S + 3 * CANDLE_S, [BREAK]).confirmations[0].lookForward!;
    const inside = [0, 1, 2].map((i) => sceneAt(data, CLOSE_S + (i + 1) * CANDLE_S, []).closeTicks);
    expect([box.fromS, box.toS]).toEqual([CLOSE_S, CLOSE_S + 3 * CANDLE_S]);
    for (const close of inside) expect(close >= box.low && close <= box.high).toBe(true);
  });

  it('marks only the tests of the selected level', () => {
    const other = episode({ level_id: 'vwap', number: 7 });
    expect(sceneAt(day(), OPEN_S + 600, [episode({}), other]).episodes.map((mark) => mark.number)).toEqual([1]);
    expect(sceneAt(day(), OPEN_S + 600, [episode({}), other], 'vwap').episodes.map((mark) => mark.number)).toEqual([7]);
  });

  it('shades pre-market up to the cursor and never beyond the open', () => {
    expect(sceneAt(day(), OPEN_S - 600).premarket?.toS).toBe(OPEN_S - 600);
    expect(sceneAt(day(), OPEN_S + 600).premarket?.toS).toBe(OPEN_S);
  });
});

describe('gapSpans', () => {
  it('joins marked windows that follow one another', () => {
    const data = day();
    data.marks.set([4, 1, 0, 8], LEAD_IN);
    data.marks[LEAD_IN + 10] = 2;
    expect(gapSpans(data, LEAD_IN + 10).map(({ fromS, toS }) => [fromS - OPEN_S, toS - OPEN_S])).toEqual([
      [0, 10],
      [15, 20],
    ]);
  });
});
