import type { ApproachAnswer, SetupAnswer } from '../api/schema';
import { Share, Slab, approachSlab, noAnswer, shareOf, slabOf } from '../setup/verdict.geometry';

/** What the board says at the cursor, in short. */
export interface Said {
  readonly slab: Slab;
  readonly share: Share | null;
}

/** Of a test in the window that has just ended, else of an approach: as the server keeps it. */
export function saidNow(answer: SetupAnswer | null, approach: ApproachAnswer | null, cursorS: number, windowS: number): Said {
  const ageS = answer === null ? Infinity : cursorS - answer.setup.ts_s;
  if (answer !== null && ageS >= 0 && ageS < windowS) return { slab: slabOf(answer), share: shareOf(answer) };
  return { slab: approach === null ? noAnswer('') : approachSlab(approach), share: null };
}
