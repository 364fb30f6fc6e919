import { DayData, NO_TICK } from '../api/day-data';
import { gapSpans } from '../market/candles.geometry';
import { LevelLine, levelLines } from '../market/levels';
import { UNSEEN, heatAt, poolFor } from '../market/pooling';
import { axisPrices, axisTimes } from '../ui/axis.geometry';
import { EpochS, Px, Span, Ticks, ToX, ToY, WindowIndex } from '../ui/units';

/** Points above and below its middle that the picture shows. */
const HALF_RANGE_POINTS = 12;
/** Windows whose mean mid is the middle of the picture: it follows price without trembling. */
const CENTRE_WINDOWS = 60;
/** Share of the half range that price may stray from the middle before the picture follows at once. */
const STRAY = 0.6;

const AXIS_WIDTH: Px = 92;
const TIME_HEIGHT: Px = 20;
const VOLUME_HEIGHT: Px = 44;
const CURSOR_MARGIN: Px = 10;
const PRICE_APART: Px = 34;
const TIME_APART: Px = 84;

export interface Rect {
  left: Px;
  top: Px;
  right: Px;
  bottom: Px;
}

export interface CanvasSize {
  width: Px;
  height: Px;
  /** Device pixels in a CSS pixel. */
  ratio: number;
}

/** Where things stand: resting size above, volume below it, prices at the right, times at the bottom; the cursor is `plot.right`. */
export interface Layout {
  plot: Rect;
  volume: Rect;
  priceLeft: Px;
  timeTop: Px;
}

/** Best bid and offer over the windows of one column: the lowest bid and the highest offer, NaN where there was none. */
export interface Quote {
  s: EpochS;
  bid: Ticks;
  ask: Ticks;
}

/** Contracts traded over the windows of one column, by the side that took. */
export interface Volume {
  s: EpochS;
  buy: number;
  sell: number;
}

/** One picture of the heat panel, nothing in it later than `untilS`. */
export interface HeatFrame {
  layout: Layout;
  /** Start of the day's first window, where column 0 begins. */
  dayS: EpochS;
  fromS: EpochS;
  untilS: EpochS;
  low: Ticks;
  high: Ticks;
  pool: number;
  columnS: number;
  toX: ToX;
  toY: ToY;
  /** Best bid and offer at the cursor, NaN where there is none. */
  bid: Ticks;
  ask: Ticks;
  quotes: Quote[];
  volumes: Volume[];
  mostVolume: number;
  gaps: Span[];
  lines: LevelLine[];
  prices: Ticks[];
  times: EpochS[];
}

/** Size that rests at one tick at the cursor. */
export interface Resting {
  ticks: Ticks;
  side: 'bid' | 'offer';
  contracts: number;
}

export function heatLayout({ width, height }: CanvasSize): Layout {
  const right = Math.max(1, width - AXIS_WIDTH - CURSOR_MARGIN);
  const timeTop = Math.max(3, height - TIME_HEIGHT);
  const plotBottom = Math.max(2, timeTop - VOLUME_HEIGHT);
  return {
    plot: { left: 0, top: 0, right, bottom: plotBottom },
    volume: { left: 0, top: plotBottom + 4, right, bottom: timeTop },
    priceLeft: Math.max(1, width - AXIS_WIDTH),
    timeTop,
  };
}

/** Middle of the picture after `count` windows, in whole ticks: the same for the same moment, however it was reached. NaN without a price. */
export function centreTicks(data: DayData, count: number, halfRange: Ticks): Ticks {
  let sum = 0;
  let seen = 0;
  let now = NaN;
  for (let window = count - 1; window >= 0 && seen < CENTRE_WINDOWS; window--) {
    const at = data.midAt(window);
    if (Number.isNaN(at)) continue;
    if (seen === 0) now = at;
    sum += at;
    seen++;
  }
  const stray = STRAY * halfRange;
  return Math.round(Math.max(now - stray, Math.min(now + stray, sum / seen)));
}

/** The picture after `count` windows, or null where no price is known yet. */
export function heatFrame(
  data: DayData,
  count: number,
  spanWindows: number,
  size: CanvasSize,
  levelIds: readonly string[],
  selected: string,
): HeatFrame | null {
  const halfRange = HALF_RANGE_POINTS / data.day.tick;
  const centre = centreTicks(data, count, halfRange);
  if (Number.isNaN(centre)) return null;
  const layout = heatLayout(size);
  const { plot } = layout;
  const [low, high] = [centre - halfRange, centre + halfRange];
  const [fromS, untilS] = [data.startS(count - spanWindows), data.startS(count)];
  const pool = poolFor(spanWindows, (plot.right - plot.left) * size.ratio);
  const volumes = volumesOf(data, Math.max(0, count - spanWindows), count, pool);
  return {
    layout,
    dayS: data.startS(0),
    fromS,
    untilS,
    low,
    high,
    pool,
    columnS: pool * data.day.window_s,
    toX: (s) => plot.left + ((s - fromS) / (untilS - fromS)) * (plot.right - plot.left),
    toY: (ticks) => plot.top + ((high + 0.5 - ticks) / (high - low + 1)) * (plot.bottom - plot.top),
    bid: priceOf(data.bid[count - 1]),
    ask: priceOf(data.ask[count - 1]),
    quotes: quotesOf(data, Math.max(0, count - spanWindows), count, pool),
    volumes,
    mostVolume: Math.max(1, ...volumes.map(({ buy, sell }) => Math.max(buy, sell))),
    gaps: gapSpans(data, count).filter((gap) => gap.toS > fromS),
    lines: levelLines(data, levelIds, selected, untilS),
    prices: axisPrices(low, high, plot.bottom - plot.top, PRICE_APART, data.day.tick),
    times: axisTimes(fromS, untilS, plot.right - plot.left, TIME_APART),
  };
}

function priceOf(ticks: Ticks): Ticks {
  return ticks === NO_TICK ? NaN : ticks;
}

/** First windows of the columns that hold windows [from, to); columns begin at whole multiples of `pool`. */
function columnStarts(from: WindowIndex, to: WindowIndex, pool: number): WindowIndex[] {
  const first = Math.floor(from / pool);
  return Array.from({ length: Math.max(0, Math.ceil(to / pool) - first) }, (_, i) => (first + i) * pool);
}

function quotesOf(data: DayData, from: WindowIndex, to: WindowIndex, pool: number): Quote[] {
  return columnStarts(from, to, pool).map((start) => {
    let bid = Infinity;
    let ask = -Infinity;
    for (let window = start; window < Math.min(to, start + pool); window++) {
      if (data.bid[window] !== NO_TICK) bid = Math.min(bid, data.bid[window]);
      if (data.ask[window] !== NO_TICK) ask = Math.max(ask, data.ask[window]);
    }
    return { s: data.startS(start), bid: Number.isFinite(bid) ? bid : NaN, ask: Number.isFinite(ask) ? ask : NaN };
  });
}

function volumesOf(data: DayData, from: WindowIndex, to: WindowIndex, pool: number): Volume[] {
  return columnStarts(from, to, pool).map((start) => {
    let buy = 0;
    let sell = 0;
    for (let window = start; window < Math.min(to, start + pool); window++) {
      buy += data.buyVolume[window];
      sell += data.sellVolume[window];
    }
    return { s: data.startS(start), buy, sell };
  });
}

/** The `most` largest resting sizes within the picture's range of the best bid and offer at the end of `window`, largest first. */
export function largestResting(data: DayData, window: WindowIndex, most: number): Resting[] {
  const [bid, ask] = [data.bid[window], data.ask[window]];
  if (window < 0 || bid === NO_TICK || ask === NO_TICK) return [];
  const halfRange = HALF_RANGE_POINTS / data.day.tick;
  const sizes: Resting[] = [];
  for (let ticks = Math.floor(bid - halfRange); ticks <= ask + halfRange; ticks++) {
    const contracts = heatAt(data, window, ticks);
    if (contracts === UNSEEN || contracts === 0) continue;
    sizes.push({ ticks, side: ticks <= bid ? 'bid' : 'offer', contracts });
  }
  return sizes.sort((one, other) => other.contracts - one.contracts || one.ticks - other.ticks).slice(0, most);
}
