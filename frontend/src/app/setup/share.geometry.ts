/** A share with its interval against what is usual. */

import type { ClassShare } from '../api/schema';

/** What the line of a share shows, in whole percent. */
export interface Gauge {
  readonly percent: number;
  readonly usual: number;
  /** Null where the answer is what is usual. */
  readonly interval: { low: number; high: number } | null;
  /** Whether the interval leaves out what is usual. */
  readonly differs: boolean;
}

export function gaugeOf(share: ClassShare): Gauge {
  const { p, low, high, base } = share;
  const interval = low === null || high === null ? null : { low: percent(low), high: percent(high) };
  return { percent: percent(p), usual: percent(base), interval, differs: sideOf(share) !== 0 };
}

/** 1 where it is more often than usual, -1 where less often; 0 while usual lies in the interval. */
export function sideOf({ low, high, base }: ClassShare): -1 | 0 | 1 {
  if (low === null || high === null) return 0;
  return base < low ? 1 : base > high ? -1 : 0;
}

export function comparedWords(share: ClassShare): string {
  if (share.low === null) return 'as usual from here';
  return ['less often than usual', 'no different from usual', 'more often than usual'][sideOf(share) + 1];
}

export function percent(share: number): number {
  return Math.round(100 * share);
}
