/** What similar setups did at a short, the answer's and the longest horizon, as rows. */

import type { SetupAnswer } from '../api/schema';
import { horizon } from '../ui/words';
import { Direction, lookOfKind, outcomeRow } from './outcome';
import { Gauge, comparedWords, gaugeOf, percent, sideOf } from './share.geometry';

const SHORT_S = 120;
const LONG_S = 840;

export interface OutcomeLine {
  readonly after: string;
  /** At the horizon that the band speaks of. */
  readonly isPrimary: boolean;
  readonly gauge: Gauge;
  /** Where price goes more often than usual; none while usual lies in the interval. */
  readonly direction: Direction;
  readonly compared: string;
  /** Percent that went back, whole. */
  readonly back: number;
  readonly setups: number;
}

/** The horizons that there are of the three, shortest first. */
export function outcomeLines(answer: Pick<SetupAnswer, 'outcomes' | 'horizon_s' | 'setup'>): OutcomeLine[] {
  const primary = outcomeRow(answer);
  const approachDir = answer.setup.approach_dir;
  return answer.outcomes
    .filter((row) => row === primary || row.horizon_s === SHORT_S || row.horizon_s === LONG_S)
    .map((row) => {
      const side = sideOf(row.break);
      return {
        after: horizon(row.horizon_s),
        isPrimary: row === primary,
        gauge: gaugeOf(row.break),
        direction: side === 0 ? 'none' : lookOfKind(side === 1 ? 'BREAK' : 'REJECT', approachDir).direction,
        compared: comparedWords(row.break),
        back: percent(row.reject.p),
        setups: row.episodes,
      };
    });
}
