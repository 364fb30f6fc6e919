/** Where the marks of a share's track lie, in percent of its width. */

import type { Approach } from '../api/approach';
import type { OutcomeRow } from '../api/schema';
import { lookOfKind, type Look } from './outcome';

export interface ShareMarks {
  readonly look: Look;
  /** Length of the bar. */
  readonly p: number;
  /** Ends of the interval's whisker; both at `p` where the answer is what is usual. */
  readonly low: number;
  readonly high: number;
  /** The tick of what is usual from where price stands. */
  readonly base: number;
  /** `28–58, usual 41`, or `as usual`. */
  readonly range: string;
}

/** BREAK, REJECT, CHOP. */
export function outcomeMarks(row: OutcomeRow, approachDir: Approach): ShareMarks[] {
  return [
    marksOf(lookOfKind('BREAK', approachDir), row.break),
    marksOf(lookOfKind('REJECT', approachDir), row.reject),
    marksOf(lookOfKind('CHOP', approachDir), row.chop),
  ];
}

/** `BREAK 43 %, 90 % interval 28 to 58 %, usually 41 %`; without an interval `BREAK 41 %, as usual from here`. */
export function shareInWords(marks: ShareMarks, interval: number): string {
  if (marks.low === marks.high) return `${marks.look.kind} ${Math.round(marks.p)} %, as usual from here`;
  const [p, low, high, base] = [marks.p, marks.low, marks.high, marks.base].map(Math.round);
  return `${marks.look.kind} ${p} %, ${Math.round(100 * interval)} % interval ${low} to ${high} %, usually ${base} %`;
}

function marksOf(look: Look, share: OutcomeRow['break']): ShareMarks {
  const [p, base] = [100 * share.p, 100 * share.base];
  const low = 100 * (share.low ?? share.p);
  const high = 100 * (share.high ?? share.p);
  const range = share.low === null ? 'as usual' : `${low.toFixed(0)}–${high.toFixed(0)}, usual ${base.toFixed(0)}`;
  return { look, p, low, high, base, range };
}
