import { HEAT_TICKS, NO_TICK } from '../api/day-data';
import { Ticks, WindowIndex } from '../ui/units';

/** Contracts that rest at each of `HEAT_TICKS` ticks of a window from the tick `heatBase` up, NO_TICK where there are none yet. */
export interface HeatColumns {
  readonly heat: Uint16Array;
  readonly heatBase: Int32Array;
  readonly windows: number;
}

/** A rectangle of windows and ticks, ends included. */
export interface HeatArea {
  from: WindowIndex;
  to: WindowIndex;
  low: Ticks;
  high: Ticks;
}

/** Sizes at which the heat begins and at which it is brightest, contracts. */
export interface CutOffs {
  dark: number;
  bright: number;
}

/** Stands where no window reached the tick: unlike 0, nothing is known there. */
export const UNSEEN = -1;

/** Contracts at a tick of a window; UNSEEN beyond its reach. */
export function restingAt(columns: HeatColumns, window: WindowIndex, ticks: Ticks): number {
  if (!(window >= 0 && window < columns.windows) || columns.heatBase[window] === NO_TICK) return UNSEEN;
  const at = ticks - columns.heatBase[window];
  return at >= 0 && at < HEAT_TICKS ? columns.heat[window * HEAT_TICKS + at] : UNSEEN;
}

/**
 * The cut-offs of an area: quantiles of what rests at its ticks where anything does, so that one huge order takes nothing away and a
 * thick market looks no brighter than a thin one. `dark` and `bright` are percentiles.
 */
export function cutOffs(columns: HeatColumns, { from, to, low, high }: HeatArea, dark: number, bright: number): CutOffs {
  const sizes: number[] = [];
  for (let window = Math.max(0, from); window <= to; window++) {
    const base = columns.heatBase[window];
    if (base === undefined || base === NO_TICK) continue;
    const at = window * HEAT_TICKS;
    const last = Math.min(HEAT_TICKS - 1, high - base);
    for (let tick = Math.max(0, low - base); tick <= last; tick++) if (columns.heat[at + tick] > 0) sizes.push(columns.heat[at + tick]);
  }
  if (sizes.length === 0) return { dark: 0, bright: 1 };
  const sorted = Uint16Array.from(sizes).sort();
  const least = quantile(sorted, dark);
  return { dark: least, bright: Math.max(least + 1, quantile(sorted, bright)) };
}

/** The largest size at each tick over windows [from, to): a wall that rests for one of them is seen. The highest tick comes first in `out`. */
export function pooled(columns: HeatColumns, from: WindowIndex, to: WindowIndex, high: Ticks, out: Int32Array): void {
  out.fill(UNSEEN);
  for (let window = Math.max(0, from); window < to; window++) {
    const base = columns.heatBase[window];
    if (base === undefined || base === NO_TICK) continue;
    const at = window * HEAT_TICKS;
    const lowest = high - base;
    const last = Math.min(HEAT_TICKS - 1, lowest);
    for (let tick = Math.max(0, lowest - out.length + 1); tick <= last; tick++) {
      if (columns.heat[at + tick] > out[lowest - tick]) out[lowest - tick] = columns.heat[at + tick];
    }
  }
}

function quantile(sorted: Uint16Array, percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length))];
}
