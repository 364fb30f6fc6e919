import type { DayData } from '../api/day-data';
import { NO_TICK } from '../api/day-data';
import type { Episode } from '../api/schema';
import type { CandleFold } from '../market/candle-fold';
import { CandleScene, candleScene } from '../market/candles.geometry';
import { EpochS, Px, Ticks, WindowIndex } from '../ui/units';
import { CutOffs, HeatArea, cutOffs } from './heat';
import type { Look } from '../board/look';
import { StrikeRows } from './rows';
import { LENS_S, Timeline } from './timeline';

/** Seconds of a column of the older heat, at least: the largest of what rested within it is drawn. */
const OLDER_COLUMN_S = 30;
/** Columns that the older heat has at most: beyond, they are thinner than a pixel. */
const OLDER_COLUMNS = 400;
/** Contracts traded at a tick within a window below which there is no dot. */
const DOT_LEAST = 4;

/** Best bid and offer at a window's end, NaN where there is none. */
export interface Quote {
  s: EpochS;
  bid: Ticks;
  ask: Ticks;
}

/** What traded at one tick in a window. */
export interface Dot {
  s: EpochS;
  ticks: Ticks;
  contracts: number;
  /** Whether buyers took it. */
  bought: boolean;
}

/** Prices at which the setup is decided. */
export interface Barriers {
  through: Ticks;
  back: Ticks;
  /** Whether going through leads up. */
  isUp: boolean;
}

/** One picture of the stage; nothing in it is later than the cursor. */
export interface StageScene {
  timeline: Timeline;
  rows: StrikeRows;
  tick: number;
  windowS: number;
  candles: CandleScene;
  fold: CandleFold;
  /** The heat left of the seam and right of it; null where it is not drawn. */
  older: HeatStrip | null;
  lens: HeatStrip | null;
  cut: CutOffs;
  quotes: Quote[];
  dots: Dot[];
  barriers: Barriers | null;
  /** The middle of best bid and offer at the cursor. */
  mid: Ticks;
  /** The level, while price comes to it and tests it not yet. */
  coming: Ticks | null;
}

/** A part of the heat. */
export interface HeatStrip {
  from: WindowIndex;
  /** The window after the last. */
  to: WindowIndex;
  /** Windows of a column. */
  pool: number;
}

/** What the picture is of. */
export interface StageAsk {
  data: DayData;
  fold: CandleFold;
  /** The cursor. */
  index: WindowIndex;
  width: Px;
  rows: StrikeRows;
  look: Look;
  levelIds: readonly string[];
  selected: string;
  episodes: readonly Episode[];
  barriers: Barriers | null;
  isComing: boolean;
}

export function stageScene(ask: StageAsk): StageScene {
  const { data, fold, index, rows, look } = ask;
  const { window_s: windowS, tick } = data.day;
  const untilS = Math.max(data.endS(0), data.endS(index) - look.backS);
  const last = data.indexOfEnd(untilS);
  const timeline = new Timeline(untilS, look.span * 60, ask.width, look.lens);
  const firstOf = (s: EpochS): WindowIndex => Math.max(0, Math.floor((s - data.day.lead_in_start_s) / windowS));
  const seam = Math.min(last + 1, firstOf(timeline.seamS));
  const lens = timeline.hasLens ? { from: seam, to: last + 1, pool: 1 } : null;
  const area: HeatArea = { from: firstOf(untilS - LENS_S), to: last, low: rows.lowTicks, high: rows.highTicks };
  const levelTicks = data.levelAt(ask.selected, data.endS(index));
  return {
    timeline,
    rows,
    tick,
    windowS,
    candles: candleScene(data, fold, last + 1, ask),
    fold,
    older: look.heat ? olderStrip(firstOf(timeline.fromS), seam, windowS) : null,
    lens: look.heat ? lens : null,
    cut: cutOffs(data, area, look.dark, look.bright),
    quotes: lens ? quotesOf(data, lens) : [],
    dots: lens ? dotsOf(data, lens) : [],
    barriers: ask.barriers,
    mid: data.midAt(last),
    coming: ask.isComing && Number.isFinite(levelTicks) ? levelTicks : null,
  };
}

function olderStrip(from: WindowIndex, to: WindowIndex, windowS: number): HeatStrip | null {
  if (to <= from) return null;
  const least = OLDER_COLUMN_S / windowS;
  const pool = Math.max(least, Math.ceil((to - from) / OLDER_COLUMNS / least) * least);
  return { from: Math.floor(from / pool) * pool, to, pool };
}

function quotesOf(data: DayData, { from, to }: HeatStrip): Quote[] {
  const price = (ticks: Ticks): Ticks => (ticks === NO_TICK ? NaN : ticks);
  return windows(from, to).map((window) => ({ s: data.startS(window), bid: price(data.bid[window]), ask: price(data.ask[window]) }));
}

function dotsOf(data: DayData, { from, to }: HeatStrip): Dot[] {
  return windows(from, to).flatMap((window) =>
    (data.trades[window] ?? []).flatMap(({ ticks, buys, sells }) =>
      [
        { s: data.startS(window), ticks, contracts: buys, bought: true },
        { s: data.startS(window), ticks, contracts: sells, bought: false },
      ].filter(({ contracts }) => contracts >= DOT_LEAST),
    ),
  );
}

function windows(from: WindowIndex, to: WindowIndex): WindowIndex[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, place) => from + place);
}
