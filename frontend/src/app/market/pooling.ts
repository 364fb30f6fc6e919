import { HEAT_TICKS, NO_TICK } from '../api/day-data';
import { Ticks, WindowIndex } from '../ui/units';

/** The columns of a day that hold resting size: contracts at `HEAT_TICKS` ticks a window from `heatBase` up, NO_TICK where none are yet. */
export interface HeatColumns {
  readonly heat: Uint16Array;
  readonly heatBase: Int32Array;
  readonly windows: number;
  /** The first window that ends after the session's start. */
  readonly sessionIndex: number;
  /** Mid price at a window's end, NaN where there is none: heat is expected only after the first one. */
  midAt(window: WindowIndex): Ticks;
}

/** Stands in a pooled column where no window of it reached the tick: unlike 0, nothing is known there. */
export const UNSEEN = -1;

/** Of the sizes that rested before the session began: this size and more is the strongest heat. One huge order cannot take the contrast away. */
const CUT_OFF_QUANTILE = 0.995;

/** Windows a column may hold: as few of these as still let the span fit into the pixels. */
const POOLS = [1, 2, 3, 4, 6, 8, 12, 24, 48];

/** Windows a column must hold so that `windows` of them need no more columns than there are `pixels`. */
export function poolFor(windows: number, pixels: number): number {
  return POOLS.find((pool) => windows / pool <= pixels) ?? POOLS[POOLS.length - 1];
}

/** First of windows [from, to) whose heat is still to come, `to` where there is none: heat may arrive after the prices, and later pieces first. */
export function firstMissing(columns: HeatColumns, from: WindowIndex, to: WindowIndex): WindowIndex {
  for (let window = from; window < to; window++) {
    if (columns.heatBase[window] === NO_TICK && !Number.isNaN(columns.midAt(window))) return window;
  }
  return to;
}

/** Lowest and highest tick that windows [from, to) hold; null where none of them has a price. */
export function heatReach(columns: HeatColumns, from: WindowIndex, to: WindowIndex): { low: Ticks; high: Ticks } | null {
  let low = Infinity;
  let high = -Infinity;
  for (let window = from; window < to; window++) {
    const base = columns.heatBase[window];
    if (base === NO_TICK) continue;
    low = Math.min(low, base);
    high = Math.max(high, base + HEAT_TICKS - 1);
  }
  return low <= high ? { low, high } : null;
}

/**
 * Largest value at each tick over windows [from, to): a wall that rests for one window of a column is still seen.
 *
 * `out` has one place a tick, the highest tick `top` first; UNSEEN where no window reached.
 */
export function poolColumn(columns: HeatColumns, from: WindowIndex, to: WindowIndex, top: Ticks, out: Int32Array): void {
  out.fill(UNSEEN);
  for (let window = from; window < to; window++) {
    const base = columns.heatBase[window];
    if (base === NO_TICK) continue;
    const at = window * HEAT_TICKS;
    const lowest = top - base;
    const first = Math.max(0, lowest - out.length + 1);
    const last = Math.min(HEAT_TICKS - 1, lowest);
    for (let tick = first; tick <= last; tick++) {
      const value = columns.heat[at + tick];
      if (value > out[lowest - tick]) out[lowest - tick] = value;
    }
  }
}

/** Contracts from which on the heat is strongest, by the lead-in; NaN before its heat is there. */
export function cutOff(columns: HeatColumns): number {
  const counts = new Uint32Array(1 << 16);
  let [seen, sizes] = [0, 0];
  for (let window = 0; window < Math.max(1, columns.sessionIndex); window++) {
    if (columns.heatBase[window] === NO_TICK) continue;
    seen++;
    for (let at = window * HEAT_TICKS; at < (window + 1) * HEAT_TICKS; at++) {
      if (columns.heat[at] === 0) continue;
      counts[columns.heat[at]]++;
      sizes++;
    }
  }
  if (seen === 0) return NaN;
  let size = 1;
  for (let below = counts[1]; below < CUT_OFF_QUANTILE * sizes; below += counts[size]) size++;
  return size;
}

/** Place of a size in the ramp's table: 0 to 255 by its square root, 255 from the cut-off on; UNSEEN stays. */
export function shade(contracts: number, cutOff: number): number {
  return contracts === UNSEEN ? UNSEEN : Math.round(255 * Math.sqrt(Math.min(1, contracts / cutOff)));
}

/** Contracts at a tick of a window; UNSEEN beyond its reach. */
export function heatAt(columns: HeatColumns, window: WindowIndex, ticks: Ticks): number {
  if (!(window >= 0 && window < columns.windows) || columns.heatBase[window] === NO_TICK) return UNSEEN;
  const tick = ticks - columns.heatBase[window];
  return tick >= 0 && tick < HEAT_TICKS ? columns.heat[window * HEAT_TICKS + tick] : UNSEEN;
}
