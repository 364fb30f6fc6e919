/** What the strike ladder shows at one window: which strikes, what rests there, what came and went, who leads. Pure. */

import { NO_TICK, type DayData } from '../api/day-data';

const ROWS_EACH_SIDE = 5;
/** Strikes from the level or the price within which a strike that nobody leads says so. */
const EVEN_WITHIN = 3;
const SCALE_QUANTILE = 0.95;
/** A full bar of what rests: four times usual. */
const FULL_USUAL_PERCENT = 400;

export type LadderColumns = Pick<DayData, 'ladderBase' | 'strikes' | 'ladder'>;

/** What came less what was pulled over the horizon, in contracts: below 0 pulling outpaces adding. */
export interface Flow {
  readonly contracts: number;
  /** Length of its bar from the zero line, -1..1 of the scale. */
  readonly share: number;
  /** Beyond the scale: the bar ends at its edge. */
  readonly clipped: boolean;
}

/** What rests on one side of a strike. */
export interface Resting {
  readonly contracts: number;
  /** Against usual, 1 is as usual; null without a past to scale by. */
  readonly timesUsual: number | null;
  /** Length of its bar, 0..1; 0 without a past, or where nothing rests. */
  readonly share: number;
}

/** Who leads by what rests against usual; a strike that nobody leads says so near the level and the price alone. */
export type Leader = 'longs' | 'shorts' | 'even' | 'none';

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
  readonly asks: Resting;
  readonly bids: Resting;
  readonly askFlow: Flow;
  readonly bidFlow: Flow;
  readonly buys: number;
  readonly sells: number;
  readonly leader: Leader;
}

export interface Ladder {
  readonly around: 'level' | 'price';
  /** Contracts that a full flow bar stands for; 0 where nothing moved. */
  readonly scale: number;
  /** Eleven, the highest strike first. */
  readonly rows: readonly StrikeRow[];
}

/** Lowest tick of the strike that holds a level; a level between ticks counts as the nearest one. */
export function strikeOf(levelTicks: number, stepTicks: number): number {
  return Math.floor(Math.round(levelTicks) / stepTicks) * stepTicks;
}

/**
 * The rows of one window, around the level while the window's ladder reaches it, else around the price; null in a window without a
 * ladder. `levelTicks` is NaN while the level is unknown.
 */
export function ladderAt(columns: LadderColumns, index: number, levelTicks: number, stepTicks: number): Ladder | null {
  const base = columns.ladderBase[index];
  if (base === NO_TICK) return null;
  const placeOf = (strikeTicks: number): number => (strikeTicks - base) / stepTicks;
  const isReached = (place: number): boolean => place >= 0 && place < columns.strikes;
  const levelStrike = strikeOf(levelTicks, stepTicks);
  const priceStrike = base + ((columns.strikes - 1) / 2) * stepTicks;
  const around = isReached(placeOf(levelStrike)) ? 'level' : 'price';
  const middle = around === 'level' ? levelStrike : priceStrike;
  const scale = flowScale(columns, index);
  const rows: StrikeRow[] = [];
  for (let steps = ROWS_EACH_SIDE; steps >= -ROWS_EACH_SIDE; steps--) {
    const strikeTicks = middle + steps * stepTicks;
    const place = placeOf(strikeTicks);
    const isNear = [levelStrike, priceStrike].some((strike) => Math.abs(strikeTicks - strike) <= EVEN_WITHIN * stepTicks);
    rows.push({
      steps,
      strikeTicks,
      isLevel: strikeTicks === levelStrike,
      isPrice: strikeTicks === priceStrike,
      book: isReached(place) ? bookAt(columns, index * columns.strikes + place, scale, isNear) : null,
    });
  }
  return { around, scale, rows };
}

/** Contracts that a full flow bar stands for: the 95th percentile of the window's flows other than 0, both sides, every strike. */
export function flowScale(columns: LadderColumns, index: number): number {
  const sizes: number[] = [];
  for (let cell = index * columns.strikes; cell < (index + 1) * columns.strikes; cell++) {
    for (const size of [bidFlow(columns, cell), askFlow(columns, cell)]) if (size !== 0) sizes.push(Math.abs(size));
  }
  if (sizes.length === 0) return 0;
  sizes.sort((a, b) => a - b);
  return sizes[Math.ceil(SCALE_QUANTILE * sizes.length) - 1];
}

function bookAt(columns: LadderColumns, cell: number, scale: number, isNear: boolean): StrikeBook {
  const { ladder } = columns;
  return {
    asks: restingOf(ladder.shortDepth[cell], ladder.shortUsualPercent[cell]),
    bids: restingOf(ladder.longDepth[cell], ladder.longUsualPercent[cell]),
    askFlow: flowOf(askFlow(columns, cell), scale),
    bidFlow: flowOf(bidFlow(columns, cell), scale),
    buys: ladder.buys[cell],
    sells: ladder.sells[cell],
    leader: leaderOf(ladder.winner[cell], isNear),
  };
}

function askFlow({ ladder }: LadderColumns, cell: number): number {
  return ladder.shortCame[cell] - ladder.shortPulled[cell];
}

function bidFlow({ ladder }: LadderColumns, cell: number): number {
  return ladder.longCame[cell] - ladder.longPulled[cell];
}

function restingOf(contracts: number, usualPercent: number): Resting {
  const timesUsual = usualPercent < 0 ? null : usualPercent / 100;
  const share = timesUsual === null || contracts === 0 ? 0 : Math.min(1, usualPercent / FULL_USUAL_PERCENT);
  return { contracts, timesUsual, share };
}

function leaderOf(winner: number, isNear: boolean): Leader {
  if (winner !== 0) return winner > 0 ? 'longs' : 'shorts';
  return isNear ? 'even' : 'none';
}

function flowOf(contracts: number, scale: number): Flow {
  const share = contracts === 0 ? 0 : contracts / scale;
  return { contracts, share: Math.max(-1, Math.min(1, share)), clipped: Math.abs(share) > 1 };
}
