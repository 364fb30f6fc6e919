import { DayData } from '../api/day-data';
import { Episode } from '../api/schema';
import { EpochS, Span, Ticks } from '../ui/units';
import { CANDLE_S, Candle, CandleFold, traded } from './candle-fold';
import { LevelLine, levelLines } from './levels';

/** Candles of look-back that end with the confirmation, the confirming candle being the last. */
export const LOOK_BACK = 6;
/** Candles over which a confirmed break is labelled. */
export const LOOK_FORWARD = 3;

/** A rectangle in time and price. */
export interface Box extends Span {
  high: Ticks;
  low: Ticks;
}

/** The start of a test of the selected level, with its number on that day. */
export interface EpisodeMark {
  s: EpochS;
  ticks: Ticks;
  number: number;
  fromBelow: boolean;
}

/** A confirmed break of the selected level: the candle that crossed it and the one that closed beyond. */
export interface Confirmation {
  trigger: Box;
  confirming: Box;
  fromBelow: boolean;
  lookBack: Box;
  /** Null until its last candle has closed. */
  lookForward: Box | null;
}

/** Everything that is drawn around the candles, in seconds and ticks, and nothing of it later than `untilS`. */
export interface CandleScene {
  untilS: EpochS;
  closeTicks: Ticks;
  lines: LevelLine[];
  premarket: Span | null;
  gaps: Span[];
  episodes: EpisodeMark[];
  confirmations: Confirmation[];
}

export interface Chosen {
  levelIds: readonly string[];
  selected: string;
  episodes: readonly Episode[];
}

/** What is known at the end of the last of `count` windows; `fold` stands there already. */
export function candleScene(data: DayData, fold: CandleFold, count: number, { levelIds, selected, episodes }: Chosen): CandleScene {
  const { day } = data;
  const untilS = data.startS(count);
  const lines = levelLines(data, levelIds, selected, untilS);
  const own = episodes.filter((episode) => episode.level_id === selected && episode.start_s <= untilS);
  return {
    untilS,
    closeTicks: fold.candles.findLast(traded)?.close ?? NaN,
    lines,
    premarket: untilS > day.premarket_start_s ? { fromS: day.premarket_start_s, toS: Math.min(untilS, day.rth_open_s) } : null,
    gaps: gapSpans(data, count),
    episodes: own
      .filter((episode) => episode.setup === 'level_test')
      .map(({ start_s, level_ticks, number, approach_dir }) => ({
        s: start_s,
        ticks: level_ticks,
        number,
        fromBelow: approach_dir === 'from_below',
      })),
    confirmations: own
      .filter((episode) => episode.setup === 'break_and_confirm')
      .map((episode) => confirmation(fold, episode, untilS))
      .filter((found) => found !== null),
  };
}

/** Stretches of windows [0, count) that hold a mark (cleared, halt, bad book): their figures are missing or doubtful. */
export function gapSpans(data: DayData, count: number): Span[] {
  const gaps: Span[] = [];
  for (let window = 0; window < count; window++) {
    if (data.marks[window] === 0) continue;
    const fromS = data.startS(window);
    if (gaps.at(-1)?.toS === fromS) gaps.at(-1)!.toS = data.endS(window);
    else gaps.push({ fromS, toS: data.endS(window) });
  }
  return gaps;
}

function confirmation(fold: CandleFold, episode: Episode, untilS: EpochS): Confirmation | null {
  const closeS = episode.start_s;
  const trigger = candlesBox(fold, closeS - 2 * CANDLE_S, 1);
  const confirming = candlesBox(fold, closeS - CANDLE_S, 1);
  const lookBack = candlesBox(fold, closeS - LOOK_BACK * CANDLE_S, LOOK_BACK);
  if (!trigger || !confirming || !lookBack) return null;
  const known = closeS + LOOK_FORWARD * CANDLE_S <= untilS;
  const lookForward = known ? candlesBox(fold, closeS, LOOK_FORWARD) : null;
  return { trigger, confirming, lookBack, lookForward, fromBelow: episode.approach_dir === 'from_below' };
}

/** The rectangle around `count` candles from `fromS` on; null where none of them has traded. */
function candlesBox(fold: CandleFold, fromS: EpochS, count: number): Box | null {
  const first = fold.slotOf(fromS);
  const candles = fold.candles.slice(Math.max(0, first), Math.max(0, first + count)).filter(traded);
  if (!candles.length) return null;
  const high = Math.max(...candles.map((candle: Candle) => candle.high));
  const low = Math.min(...candles.map((candle: Candle) => candle.low));
  return { fromS, toS: fromS + count * CANDLE_S, high, low };
}
