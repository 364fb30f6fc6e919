import { BALANCES, ConditionColumns } from '../api/day-data';

/** What the two sides of the book do together, in the words of the slab. */
const WORDS: Record<(typeof BALANCES)[number], string> = {
  even: 'EVEN',
  up: '▲ TILT UP',
  down: '▼ TILT DOWN',
  vacuum: 'VACUUM',
  hold: 'HOLD',
};
const MEANS: Record<(typeof BALANCES)[number], string> = {
  even: 'neither side does anything unusual',
  up: 'asks give way, bids stand',
  down: 'bids give way, asks stand',
  vacuum: 'both give way: a large move, no side',
  hold: 'both stand: no room either way',
};

export interface BalanceNow {
  readonly balance: (typeof BALANCES)[number];
  readonly words: string;
  readonly means: string;
  readonly heldS: number;
  readonly countUp: number;
  readonly countDown: number;
}

/** The balance in a window, and how many conditions at the level speak for either way; null where the level was not measured. */
export function balanceAt(columns: ConditionColumns | undefined, index: number): BalanceNow | null {
  if (columns === undefined || Number.isNaN(columns.distanceTicks[index] ?? NaN)) return null;
  const balance = BALANCES[columns.balance[index]];
  return {
    balance,
    words: WORDS[balance],
    means: MEANS[balance],
    heldS: columns.balanceHeldS[index],
    countUp: columns.countUp[index],
    countDown: columns.countDown[index],
  };
}
