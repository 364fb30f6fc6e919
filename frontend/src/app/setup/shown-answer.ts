import { SetupAnswer } from '../api/schema';

/** The answer, unless its setup lies right of the cursor: after a step back it is withheld until the earlier setup's arrives. */
export function shownAnswer(answer: SetupAnswer | null, cursorS: number): SetupAnswer | null {
  return answer !== null && answer.setup.ts_s <= cursorS ? answer : null;
}
