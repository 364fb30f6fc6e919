/** What the stage's rows say at one window: what rests at each strike, what came and went, who leads, what walls stand or went. Pure. */

import { NO_TICK, type DayData, type Wall } from '../api/day-data';
import type { Ticks } from '../ui/units';
import { strikeOf } from './rows';

/** Strikes from the level or the price within which a strike that nobody leads says so. */
const EVEN_WITHIN = 3;
const SCALE_QUANTILE = 0.95;
/** A full bar of what rests: four times usual. */
const FULL_USUAL_TENTHS = 40;
/** Contracts from which a flow is more than noise. */
export const FLOW_FLOOR = 12;
/** So long a wall that went is still shown. */
export const GONE_S = 60;

export type LadderColumns = Pick<DayData, 'ladderBase' | 'strikes' | 'ladder' | 'walls' | 'day'>;

/** What came less what was pulled over the horizon, in contracts: below 0 pulling outpaces adding. */
export interface Flow {
  readonly contracts: number;
  /** Length of its bar, 0..1 of the scale. */
  readonly share: number;
  /** At or beyond the floor. */
  readonly counts: boolean;
}

/** What rests on one side of a strike. */
export interface Resting {
  readonly contracts: number;
  /** Against usual, 1 is as usual; null without a past to scale by. */
  readonly timesUsual: number | null;
  /** Length of its bar, 0..1; 0 without a past, or where nothing rests. */
  readonly share: number;
  readonly wall: WallMark | null;
}

/** A wall, or one that has just gone. */
export interface WallMark {
  readonly stands: boolean;
  readonly massive: boolean;
  /** Against what rests there usually; null while the touch cuts the strike, and of one that went. */
  readonly times: number | null;
  /** `3.3x`, `was 78`, `620 hit, held`. */
  readonly text: string;
}

/** Who leads by what rests against usual; a strike that nobody leads says so near the level and the price alone. */
export type Leader = 'longs' | 'shorts' | 'even' | 'none';

export interface StrikeRow {
  readonly strikeTicks: Ticks;
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

/** The moment that the rows are of. */
export interface RowsAt {
  index: number;
  /** NaN while the level is unknown. */
  levelTicks: Ticks;
}

/** The rows of the strikes given; null in a window without a ladder. */
export function strikeRowsAt(columns: LadderColumns, strikes: readonly Ticks[], { index, levelTicks }: RowsAt): StrikeRow[] | null {
  const base = columns.ladderBase[index];
  if (base === undefined || base === NO_TICK) return null;
  const { step_ticks: stepTicks } = columns.day.ladder;
  const levelStrike = strikeOf(levelTicks, stepTicks);
  const priceStrike = base + ((columns.strikes - 1) / 2) * stepTicks;
  const cells = strikes.map((strike) => cellOf(columns, index, strike));
  const moved = cells.map((cell) => movedAt(columns, cell));
  const scale = flowScale(moved);
  const walls = wallsAt(columns, index);
  return strikes.map((strikeTicks, row) => {
    const cell = cells[row];
    const isNear = [levelStrike, priceStrike].some((strike) => Math.abs(strikeTicks - strike) <= EVEN_WITHIN * stepTicks);
    return {
      strikeTicks,
      isLevel: strikeTicks === levelStrike,
      isPrice: strikeTicks === priceStrike,
      book: cell === null ? null : bookAt(columns, cell, moved[row], scale, isNear, walls.get(strikeTicks)),
    };
  });
}

/** Contracts over the horizon: what came less what was pulled of either side, and what traded. */
interface Moved {
  bidFlow: number;
  askFlow: number;
  buys: number;
  sells: number;
}

function movedAt({ ladder }: LadderColumns, cell: number | null): Moved {
  if (cell === null) return { bidFlow: 0, askFlow: 0, buys: 0, sells: 0 };
  return {
    bidFlow: ladder.longCame[cell] - ladder.longPulled[cell],
    askFlow: ladder.shortCame[cell] - ladder.shortPulled[cell],
    buys: ladder.buys[cell],
    sells: ladder.sells[cell],
  };
}

/** Place of a strike in a window's columns; null where its ladder does not reach, or is not there. */
function cellOf(columns: LadderColumns, index: number, strikeTicks: Ticks): number | null {
  const base = columns.ladderBase[index];
  if (base === NO_TICK) return null;
  const place = (strikeTicks - base) / columns.day.ladder.step_ticks;
  return place >= 0 && place < columns.strikes ? index * columns.strikes + place : null;
}

/** Contracts that a full flow bar stands for: the 95th percentile of the flows in sight, the floor at least. */
function flowScale(moved: readonly Moved[]): number {
  const sizes = moved
    .flatMap(({ bidFlow, askFlow }) => [bidFlow, askFlow])
    .map(Math.abs)
    .filter((size) => size > 0)
    .sort((a, b) => a - b);
  return Math.max(FLOW_FLOOR, sizes[Math.ceil(SCALE_QUANTILE * sizes.length) - 1] ?? 0);
}

type Sides<T> = Partial<Record<Wall['side'], T>>;

/** The walls that stand in a window, and those that went within the last minute. */
function wallsAt(columns: LadderColumns, index: number): Map<Ticks, Sides<WallMark>> {
  const found = new Map<Ticks, Sides<WallMark>>();
  const put = ({ strikeTicks, side }: Wall, mark: WallMark): void => {
    const sides = found.get(strikeTicks) ?? {};
    sides[side] ??= mark;
    found.set(strikeTicks, sides);
  };
  for (const wall of columns.walls[index] ?? []) if (isStanding(wall)) put(wall, standing(wall, addedTo(columns, index, wall)));
  const since = index - Math.round(GONE_S / columns.day.window_s);
  for (let window = index; window > since && window >= 0; window--) {
    for (const wall of columns.walls[window] ?? []) if (wall.event === 'pulled' || wall.event === 'eaten') put(wall, gone(wall));
  }
  return found;
}

/** The nearest walls that stand beyond the strikes shown, above and below. */
export function wallsBeyond({ walls }: LadderColumns, index: number, highest: Ticks, lowest: Ticks): Wall[] {
  const standing = (walls[index] ?? []).filter(isStanding);
  const above = standing.filter(({ strikeTicks }) => strikeTicks > highest).sort((a, b) => a.strikeTicks - b.strikeTicks);
  const below = standing.filter(({ strikeTicks }) => strikeTicks < lowest).sort((a, b) => b.strikeTicks - a.strikeTicks);
  return [...above.slice(0, 1), ...below.slice(0, 1)];
}

function isStanding({ event }: Wall): boolean {
  return event !== 'pulled' && event !== 'eaten' && event !== 'left';
}

/** Contracts by which a wall grew within the last minute; 0 where it did not. */
function addedTo(columns: LadderColumns, index: number, { side, strikeTicks, sinceS }: Wall): number {
  const same = (window: number): Wall | undefined =>
    columns.walls[window]?.find((wall) => wall.side === side && wall.strikeTicks === strikeTicks && wall.sinceS === sinceS);
  const since = index - Math.round(GONE_S / columns.day.window_s);
  for (let window = index; window > since && window > 0; window--) {
    const wall = same(window);
    if (wall?.event === 'grew') return wall.peak - (same(window - 1)?.peak ?? wall.peak);
  }
  return 0;
}

function standing(wall: Wall, added: number): WallMark {
  const times = wall.times === null ? '' : `${wall.times.toFixed(1)}x`;
  const text = wall.event === 'absorbing' ? `${wall.eaten} hit, held` : added > 0 ? `+${added} added` : times;
  return { stands: true, massive: wall.massive, times: wall.times, text };
}

function gone({ peak, massive }: Wall): WallMark {
  return { stands: false, massive, times: null, text: `was ${peak}` };
}

function bookAt(
  columns: LadderColumns,
  cell: number,
  moved: Moved,
  scale: number,
  isNear: boolean,
  walls: Sides<WallMark> = {},
): StrikeBook {
  const { ladder } = columns;
  return {
    asks: restingOf(ladder.shortDepth[cell], ladder.shortUsualTenths[cell], walls.ask),
    bids: restingOf(ladder.longDepth[cell], ladder.longUsualTenths[cell], walls.bid),
    askFlow: flowOf(moved.askFlow, scale),
    bidFlow: flowOf(moved.bidFlow, scale),
    buys: moved.buys,
    sells: moved.sells,
    leader: leaderOf(ladder.winner[cell], isNear),
  };
}

function restingOf(contracts: number, usualTenths: number, wall: WallMark | null = null): Resting {
  const timesUsual = usualTenths < 0 ? null : usualTenths / 10;
  const share = timesUsual === null || contracts === 0 ? 0 : Math.min(1, usualTenths / FULL_USUAL_TENTHS);
  return { contracts, timesUsual, share, wall };
}

function leaderOf(winner: number, isNear: boolean): Leader {
  if (winner !== 0) return winner > 0 ? 'longs' : 'shorts';
  return isNear ? 'even' : 'none';
}

function flowOf(contracts: number, scale: number): Flow {
  return { contracts, share: Math.min(1, Math.abs(contracts) / scale), counts: Math.abs(contracts) >= FLOW_FLOOR };
}
