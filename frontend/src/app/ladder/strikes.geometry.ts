/** What the strike ladder shows at one window: which strikes, whose flow, who wins. Pure: columns of the day in, rows out. */

import { NO_TICK, type DayData } from '../api/day-data';

const ROWS_EACH_SIDE = 5;
/** Windows whose flow sets the bars' scale: two minutes of them, the last ones known. */
const SCALE_WINDOWS = 24;
const SCALE_QUANTILE = 0.95;

export type LadderColumns = Pick<DayData, 'ladderBase' | 'strikes' | 'longDepth' | 'shortDepth' | 'longFlow' | 'shortFlow' | 'netPressure'>;

export interface StrikeGrid {
  readonly stepTicks: number;
  readonly windowS: number;
}

export type Winner = 'up' | 'down' | 'even';

/** What came minus what its owners took away, in contracts a second: below 0 pulling outpaces adding. */
export interface Flow {
  readonly perSecond: number;
  /** Length of its bar from the zero line, -1..1 of the scale. */
  readonly share: number;
  /** Beyond the scale: the bar ends at its edge. */
  readonly clipped: boolean;
}

export interface StrikeRow {
  /** Strikes from the middle row, +5..-5. */
  readonly steps: number;
  readonly strikeTicks: number;
  readonly isLevel: boolean;
  readonly isPrice: boolean;
  /** Null where the window's ladder does not reach. */
  readonly book: StrikeBook | null;
}

export interface StrikeBook {
  readonly ask: Flow;
  readonly bid: Flow;
  readonly winner: Winner;
  readonly askSize: number;
  readonly bidSize: number;
}

export interface Ladder {
  readonly around: 'level' | 'price';
  /** Eleven, the highest strike first. */
  readonly rows: readonly StrikeRow[];
}

/** Lowest tick of the strike that holds a level; a level between ticks counts as the nearest one. */
export function strikeOf(levelTicks: number, stepTicks: number): number {
  return Math.floor(Math.round(levelTicks) / stepTicks) * stepTicks;
}

/**
 * The rows of one window, around the level while the window's ladder reaches it, else around the price; null in a window without a
 * ladder. `levelTicks` is NaN while the level is unknown; a full bar is `scalePerSecond`.
 */
export function ladderAt(
  columns: LadderColumns,
  index: number,
  levelTicks: number,
  scalePerSecond: number,
  grid: StrikeGrid,
): Ladder | null {
  const base = columns.ladderBase[index];
  if (base === NO_TICK) return null;
  const placeOf = (strikeTicks: number): number => (strikeTicks - base) / grid.stepTicks;
  const isReached = (place: number): boolean => place >= 0 && place < columns.strikes;
  const levelStrike = strikeOf(levelTicks, grid.stepTicks);
  const priceStrike = base + ((columns.strikes - 1) / 2) * grid.stepTicks;
  const around = isReached(placeOf(levelStrike)) ? 'level' : 'price';
  const middle = around === 'level' ? levelStrike : priceStrike;
  const rows: StrikeRow[] = [];
  for (let steps = ROWS_EACH_SIDE; steps >= -ROWS_EACH_SIDE; steps--) {
    const strikeTicks = middle + steps * grid.stepTicks;
    const place = placeOf(strikeTicks);
    rows.push({
      steps,
      strikeTicks,
      isLevel: strikeTicks === levelStrike,
      isPrice: strikeTicks === priceStrike,
      book: isReached(place) ? bookAt(columns, index * columns.strikes + place, scalePerSecond, grid.windowS) : null,
    });
  }
  return { around, rows };
}

/**
 * Contracts a second that a full bar stands for: the 95th percentile of all flows other than 0, both sides and every strike, in the two
 * minutes that end at `index`. 0 where nothing moved.
 */
export function flowScale(columns: LadderColumns, index: number, windowS: number): number {
  const sizes: number[] = [];
  for (let window = Math.max(0, index - SCALE_WINDOWS + 1); window <= index; window++) {
    if (columns.ladderBase[window] === NO_TICK) continue;
    const end = (window + 1) * columns.strikes;
    for (let cell = window * columns.strikes; cell < end; cell++) {
      if (columns.longFlow[cell] !== 0) sizes.push(Math.abs(columns.longFlow[cell]));
      if (columns.shortFlow[cell] !== 0) sizes.push(Math.abs(columns.shortFlow[cell]));
    }
  }
  if (sizes.length === 0) return 0;
  sizes.sort((a, b) => a - b);
  return sizes[Math.ceil(SCALE_QUANTILE * sizes.length) - 1] / windowS;
}

/** Who wins a strike: the sign of its net pressure. */
export function winnerOf(netPressure: number): Winner {
  if (netPressure === 0) return 'even';
  return netPressure > 0 ? 'up' : 'down';
}

function bookAt(columns: LadderColumns, cell: number, scalePerSecond: number, windowS: number): StrikeBook {
  return {
    ask: flowOf(columns.shortFlow[cell] / windowS, scalePerSecond),
    bid: flowOf(columns.longFlow[cell] / windowS, scalePerSecond),
    winner: winnerOf(columns.netPressure[cell]),
    askSize: columns.shortDepth[cell],
    bidSize: columns.longDepth[cell],
  };
}

function flowOf(perSecond: number, scalePerSecond: number): Flow {
  const share = perSecond === 0 ? 0 : perSecond / scalePerSecond;
  return { perSecond, share: Math.max(-1, Math.min(1, share)), clipped: Math.abs(share) > 1 };
}
