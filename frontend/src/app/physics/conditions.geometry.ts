/** The user's four conditions at a level as a trader reads them: how fast against usual, and which way each speaks. Pure. */

import type { ConditionColumns } from '../api/day-data';
import { signed } from '../ui/format';

/** Which way a condition speaks; even where nothing is unusual, none where it was not measured. */
export type Side = 'up' | 'down' | 'even' | 'none';

export interface ConditionCell {
  readonly side: Side;
  /** `1.6x`; a dash where there is no past to scale by. */
  readonly figure: string;
  /** In a sentence. */
  readonly says: string;
}

/** What each measures, in order; `up` and `down` is what the asks or bids must do to speak for that direction. */
export const CONDITIONS = [
  { heading: 'Asks above', happens: 'asks above move higher', stands: 'asks above stay', up: 'lift', down: 'stay' },
  { heading: 'Asks pulled', happens: 'asks above are pulled', stands: 'asks above stand', up: 'pulled', down: 'stand' },
  { heading: 'Bids below', happens: 'bids below move lower', stands: 'bids below stay', up: 'stay', down: 'drop' },
  { heading: 'Bids pulled', happens: 'bids below are pulled', stands: 'bids below stand', up: 'stand', down: 'pulled' },
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

/** One column of the panel. */
export interface MeasuredCondition extends ConditionCell {
  /** `+0.7 ticks`, up is plus, of the orders that moved; `123 contracts` of those that were pulled. */
  readonly amount: string;
}

/** The four conditions in a window. */
export function measuredAt(columns: ConditionColumns, index: number): MeasuredCondition[] {
  const contracts = (count: number): string => (Number.isNaN(count) ? '' : `${Math.round(count)} contracts`);
  const ticks = (shift: number): string => (Number.isNaN(shift) ? '' : `${signed(shift, 1)} ticks`);
  const amounts = [
    ticks(columns.askShiftTicks[index]),
    contracts(columns.contracts2[index]),
    ticks(-columns.bidShiftTicks[index]),
    contracts(columns.contracts4[index]),
  ];
  return ([1, 2, 3, 4] as const).map((number) => ({
    ...cellOf(number - 1, columns[`times${number}`][index], columns[`contracts${number}`][index], columns[`sign${number}`][index]),
    amount: amounts[number - 1],
  }));
}

/** Conditions that speak for a direction. */
export function countFor(cells: readonly ConditionCell[], side: 'up' | 'down'): number {
  return cells.filter((cell) => cell.side === side).length;
}

/** Time that the counters are drawn over. */
export const HISTORY_S = 180;
/** Pixels of one window's bar with its gap, of one condition, and of the line between up and down. */
const STEP = 4;
const UNIT = 2;
const MIDDLE = 9;
export const BARS_HEIGHT = 2 * MIDDLE;

/** Both counters, oldest first; null in a window in which the level was not measured. */
export interface CounterHistory {
  /** Windows that fit; fewer are there at the day's beginning. */
  readonly windows: number;
  readonly up: readonly (number | null)[];
  readonly down: readonly (number | null)[];
}

/** The counters of the last three minutes up to and with a window. */
export function historyAt(columns: ConditionColumns, index: number, windowS: number): CounterHistory {
  const windows = Math.round(HISTORY_S / windowS);
  const first = Math.max(0, index + 1 - windows);
  const indices = Array.from({ length: index + 1 - first }, (_, place) => first + place);
  const of = (counts: Float32Array) => indices.map((at) => (Number.isNaN(columns.distanceTicks[at]) ? null : counts[at]));
  return { windows, up: of(columns.countUp), down: of(columns.countDown) };
}

/** Pixels that the bars are wide. */
export function barsWidth(windows: number): number {
  return windows * STEP;
}

/** SVG path of one counter's bars, the newest at the right edge; up stands on the middle, down hangs from it. */
export function barsPath({ windows, up, down }: CounterHistory, side: 'up' | 'down'): string {
  const counts = side === 'up' ? up : down;
  return counts
    .map((count, place) => {
      if (!count) return '';
      const x = (windows - counts.length + place) * STEP;
      const height = count * UNIT;
      const top = side === 'up' ? MIDDLE - height : MIDDLE;
      return `M${x} ${top}h${STEP - 1}v${height}h${1 - STEP}z`;
    })
    .join('');
}

/** The same in words: `last 3 min: up now 3, at most 4; down now 0, at most 1`. */
export function historyText(history: CounterHistory): string {
  const of = (side: 'up' | 'down'): string => {
    const counts = history[side].filter((count) => count !== null);
    if (counts.length === 0) return `${side} not measured`;
    return `${side} now ${history[side].at(-1) ?? 'not measured'}, at most ${Math.max(...counts)}`;
  };
  return `last ${HISTORY_S / 60} min: ${of('up')}; ${of('down')}`;
}
