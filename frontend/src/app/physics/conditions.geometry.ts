/** The user's four conditions at a level as a trader reads them: how fast against usual, and which way each speaks. Pure. */

/** Which way a condition speaks; even where nothing is unusual, none where it was not measured. */
export type Side = 'up' | 'down' | 'even' | 'none';

export interface ConditionCell {
  readonly side: Side;
  /** `1.6x`; a dash where there is no past to scale by. */
  readonly figure: string;
  /** In a sentence. */
  readonly says: string;
}

/** What each measures, in order: asks above, asks above, bids below, bids below. */
export const CONDITIONS = [
  { name: 'asks higher', happens: 'asks above move higher', stands: 'asks above stay' },
  { name: 'asks pulled', happens: 'asks above are pulled', stands: 'asks above stand' },
  { name: 'bids lower', happens: 'bids below move lower', stands: 'bids below stay' },
  { name: 'bids pulled', happens: 'bids below are pulled', stands: 'bids below stand' },
] as const;

/**
 * One condition. `sign` is 1 where it happens beyond the past's mark, -1 where the side stands, 0 where nothing is unusual.
 *
 * Asks that give way speak for up, bids that give way for down; asks that stand for down, bids that stand for up.
 */
export function cellOf(condition: number, timesUsual: number, contracts: number, sign: number): ConditionCell {
  const words = CONDITIONS[condition];
  if (Number.isNaN(timesUsual)) return { side: 'none', figure: '–', says: `${words.happens}: no past to scale by` };
  const side = sideOf(condition, sign);
  const times = timesUsual < 9.95 ? timesUsual.toFixed(1) : timesUsual.toFixed(0);
  const figure = `${times}x`;
  const measured = `${words.happens}: ${times} times usual, ${Math.round(contracts)} contracts`;
  if (side === 'even') return { side, figure, says: `${measured}; nothing unusual` };
  return { side, figure, says: `${measured}; ${sign > 0 ? words.happens : words.stands}, which speaks for ${side}` };
}

function sideOf(condition: number, sign: number): Side {
  if (sign === 0) return 'even';
  return condition < 2 === sign > 0 ? 'up' : 'down';
}
