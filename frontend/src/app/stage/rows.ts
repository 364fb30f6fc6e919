import { Px, Ticks } from '../ui/units';

/** A row is a target of the pointer: never lower. */
export const ROW_LEAST: Px = 24;
/** Strikes between the price and the edge below which the stage leaves the level for the price. */
const KEPT_INSIDE = 2;
/** The middle moves by so many strikes at a time once it follows the price: rarely. */
const STRIDE = 5;

/** The strikes of the stage and where they lie: rows of the ladder and the price axis of the chart are the same thing. */
export class StrikeRows {
  constructor(
    /** Lowest tick of the highest strike. */
    readonly topTicks: Ticks,
    readonly count: number,
    readonly stepTicks: number,
    /** Height of a row, whole pixels. */
    readonly height: Px,
  ) {}

  get bottom(): Px {
    return this.count * this.height;
  }

  /** The lowest tick shown. */
  get lowTicks(): Ticks {
    return this.topTicks - (this.count - 1) * this.stepTicks;
  }

  /** The highest tick shown. */
  get highTicks(): Ticks {
    return this.topTicks + this.stepTicks - 1;
  }

  /** Middle of a tick; a strike's row holds its ticks, the lowest at the bottom. */
  readonly toY = (ticks: Ticks): Px => ((this.highTicks + 0.5 - ticks) / this.stepTicks) * this.height;

  /** The tick at a height. */
  toTicks(y: Px): Ticks {
    return Math.round(this.highTicks + 0.5 - (y / this.height) * this.stepTicks);
  }

  /** Lowest tick of the strike that a tick lies in. */
  strikeOf(ticks: Ticks): Ticks {
    return strikeOf(ticks, this.stepTicks);
  }

  /** Lowest ticks of the strikes, the highest first. */
  strikes(): Ticks[] {
    return Array.from({ length: this.count }, (_, row) => this.topTicks - row * this.stepTicks);
  }
}

/** Lowest tick of the strike that holds a price; one between ticks counts as the nearest tick. */
export function strikeOf(ticks: Ticks, stepTicks: number): Ticks {
  return Math.floor(Math.round(ticks) / stepTicks) * stepTicks;
}

/** An odd number of rows that `room` holds, `wanted` at most. */
export function rowCount(room: Px, wanted: number): number {
  const fitting = Math.max(3, Math.min(wanted, Math.floor(room / ROW_LEAST)));
  return fitting % 2 === 1 ? fitting : fitting - 1;
}

/**
 * The strike in the middle: the level's while the price is in sight of it, else one near the price. NaN where neither is known.
 *
 * It hangs on the moment alone, so the same address shows the same rows.
 */
export function middleStrike(levelTicks: Ticks, priceTicks: Ticks, stepTicks: number, count: number): Ticks {
  const reach = (count - 1) / 2 - KEPT_INSIDE;
  const level = strikeOf(levelTicks, stepTicks);
  const price = strikeOf(priceTicks, stepTicks);
  if (Number.isNaN(price)) return level;
  if (Math.abs(level - price) <= reach * stepTicks) return level;
  return Math.round(price / stepTicks / STRIDE) * STRIDE * stepTicks;
}

/** The rows of a stage of `room` pixels, moved up by `shift` strikes. */
export function strikeRows(middle: Ticks, shift: number, stepTicks: number, room: Px, wanted: number): StrikeRows {
  const count = rowCount(room, wanted);
  const height = Math.max(ROW_LEAST, Math.floor(room / count));
  return new StrikeRows(middle + (shift + (count - 1) / 2) * stepTicks, count, stepTicks, height);
}
