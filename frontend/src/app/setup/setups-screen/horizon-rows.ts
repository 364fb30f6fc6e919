import type { Approach } from '../../api/approach';
import { OutcomeRow } from '../../api/schema';
import { points } from '../../ui/format';
import { horizon } from '../../ui/words';
import { ShareMarks, outcomeMarks, shareInWords } from '../share-track.geometry';

export interface HorizonRow {
  horizon: string;
  /** The horizon of the sentence. */
  primary: boolean;
  shares: { marks: ShareMarks; words: string }[];
  n: string;
  nEff: string;
  /** Quantiles 10, 50 and 90 in points, or null where too little is known. */
  mfe: string | null;
  mae: string | null;
}

/** The outcome distribution as rows of a table, one a horizon. */
export function horizonRows(
  outcomes: readonly OutcomeRow[],
  primaryS: number,
  interval: number,
  approachDir: Approach,
  tick: number,
): HorizonRow[] {
  return outcomes.map((row) => ({
    horizon: horizon(row.horizon_s),
    primary: row.horizon_s === primaryS,
    shares: outcomeMarks(row, approachDir).map((marks) => ({ marks, words: shareInWords(marks, interval) })),
    n: `${row.episodes} on ${row.days} days`,
    nEff: row.n_eff.toFixed(1),
    mfe: row.excursions && quantiles(row.excursions.mfe, tick),
    mae: row.excursions && quantiles(row.excursions.mae, tick),
  }));
}

/** Why the quantiles are not shown. */
export function hiddenWords(row: OutcomeRow): string {
  return `not shown: ${row.episodes} setups are too few`;
}

/** `0.50 / 2.25 / 6.00`. */
function quantiles(ticks: readonly number[], tick: number): string {
  return ticks.map((value) => points(value, tick)).join(' / ');
}
