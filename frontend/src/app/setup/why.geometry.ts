/** What a setup and its neighbours share, as bars. */

import type { SetupAnswer } from '../api/schema';

const LINES = 4;

export interface WhyLine {
  readonly phrase: string;
  /** Percent of the longest bar. */
  readonly width: number;
  /** `21 % of what they share`. */
  readonly words: string;
}

/** Largest first, the first as long as a bar gets. */
export function whyLines(together: SetupAnswer['together']): WhyLine[] {
  const shown = together.slice(0, LINES);
  const most = Math.max(...shown.map(({ share }) => share));
  return shown.map(({ phrase, share }) => ({
    phrase,
    width: most > 0 ? (100 * share) / most : 0,
    words: `${Math.round(100 * share)} % of what they share`,
  }));
}
