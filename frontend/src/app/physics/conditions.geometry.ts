/** The four conditions at a level as a trader reads them: bar, side, noise, counters. Pure: measured values in, marks out. */

/** c1..c4 of one window as measured for down: asks moved higher, asks pulled, bids moved lower, bids pulled; NaN where not measured. */
export type Measured = readonly [number, number, number, number];

/** Of the past sessions: the median and the 95th percentile of a condition's size. */
export interface Scale {
  readonly noise: number;
  readonly full: number;
}

/** Which way a condition counts: both where asks leave, neither where they come; none where it was not measured. */
export type Side = 'up' | 'down' | 'both' | 'neither' | 'noise' | 'none';

export interface ConditionMark {
  /** Above 0 there is more room up: asks leave, or bids come. NaN where not measured. */
  readonly value: number;
  readonly side: Side;
  /** Length of the bar from the zero line, -1..1; 0 without a scale. */
  readonly share: number;
  /** Where the two minutes' mean lies, -1..1; null without a mean or a scale. */
  readonly mean: number | null;
  /** Half the width of the noise band, 0..1. */
  readonly band: number;
}

export interface Counter {
  /** Whether each of the four is met. */
  readonly met: readonly boolean[];
  readonly count: number;
}

/** Two minutes of windows. */
export const MEAN_WINDOWS = 24;

/** Conditions 1 and 2 are about asks above, 3 and 4 about bids below. */
function isOfAsks(condition: number): boolean {
  return condition < 2;
}

/** A measured condition turned so that above 0 is more room up: asks are measured as leaving, and so are bids. */
function roomUp(condition: number, measured: number): number {
  return isOfAsks(condition) ? measured : -measured;
}

export function markOf(condition: number, measured: number, meanMeasured: number, scale: Scale | null): ConditionMark {
  const value = roomUp(condition, measured);
  const bounded = (size: number): number => (scale === null || scale.full === 0 ? 0 : Math.max(-1, Math.min(1, size / scale.full)));
  return {
    value,
    side: sideOf(condition, value, scale),
    share: Number.isNaN(value) ? 0 : bounded(value),
    mean: scale === null || Number.isNaN(meanMeasured) ? null : bounded(roomUp(condition, meanMeasured)),
    band: scale === null ? 0 : bounded(scale.noise),
  };
}

/** Down needs (c1, c2, c3, c4) above 0, up (c1, c2, -c3, -c4): conditions 1 and 2 count both ways. */
export function counters(measured: Measured): { up: Counter; down: Counter } {
  const [c1, c2, c3, c4] = measured;
  return { up: counter([c1, c2, -c3, -c4]), down: counter([c1, c2, c3, c4]) };
}

/** Mean of the measured windows among the last `MEAN_WINDOWS` up to `index`; NaN where there is none. */
export function recentMean(column: Float32Array, index: number): number {
  let sum = 0;
  let measured = 0;
  for (let window = Math.max(0, index - MEAN_WINDOWS + 1); window <= index; window++) {
    if (Number.isNaN(column[window])) continue;
    sum += column[window];
    measured++;
  }
  return measured === 0 ? NaN : sum / measured;
}

function counter(favourable: number[]): Counter {
  const met = favourable.map((value) => value > 0);
  return { met, count: met.filter(Boolean).length };
}

function sideOf(condition: number, value: number, scale: Scale | null): Side {
  if (Number.isNaN(value)) return 'none';
  if (value === 0 || (scale !== null && Math.abs(value) <= scale.noise)) return 'noise';
  if (isOfAsks(condition)) return value > 0 ? 'both' : 'neither';
  return value > 0 ? 'up' : 'down';
}
