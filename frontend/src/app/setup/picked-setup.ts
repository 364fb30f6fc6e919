import { Params } from '@angular/router';
import type { Approach } from '../api/approach';

/** One trigger: a level, a direction, a moment. */
export interface PickedSetup {
  symbol: string;
  sessionDate: string;
  tsS: number;
  level: string;
  approachDir: Approach;
}

/** The parameter that says which setup is looked at. */
export function pickParams(pick: PickedSetup): Params {
  return { pick: `${pick.symbol}~${pick.sessionDate}~${pick.tsS}~${pick.level}~${pick.approachDir}`, beside: null };
}
