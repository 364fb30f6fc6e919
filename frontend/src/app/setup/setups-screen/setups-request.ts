import { ParamMap, Params } from '@angular/router';
import type { Approach } from '../../api/approach';
import { SetupRow } from '../../api/schema';
import { PickedSetup } from '../picked-setup';

/** What the reader wants to see; lives in the URL. Empty for any; the level, the root: for the board’s, the lake’s first. */
export interface SetupsRequest {
  root: string;
  level: string;
  approachDir: Approach | '';
  setup: string;
  kind: string;
  /** ISO dates, both included. */
  first: string;
  last: string;
  /** New York time of day, HH:MM. */
  from: string;
  to: string;
  /** The moment that is known up to; null for the lake's end. */
  asOfS: number | null;
  pick: PickedSetup | null;
  /** The neighbour that stands beside it. */
  beside: { symbol: string; tsS: number } | null;
}

export const SETUPS = ['level_test', 'break_and_confirm'];
export const APPROACHES: Approach[] = ['from_below', 'from_above'];
export const LAKE_END = 'end';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{2}:\d{2}$/;
const PICK = /^([A-Za-z0-9]+)~(\d{4}-\d{2}-\d{2})~(\d+)~([A-Za-z0-9_.-]+)~(from_below|from_above)$/;
const BESIDE = /^([A-Za-z0-9]+)~(\d+)$/;

/** The URL's parameters read; one that makes no sense counts as not given. */
export function requestOf(params: ParamMap): SetupsRequest {
  const like = (name: string, form: RegExp): string => {
    const text = params.get(name) ?? '';
    return form.test(text) ? text : '';
  };
  const asOf = params.get('as_of_s');
  const picked = PICK.exec(params.get('pick') ?? '');
  const beside = BESIDE.exec(params.get('beside') ?? '');
  return {
    root: params.get('root') ?? '',
    level: params.get('level') ?? '',
    approachDir: APPROACHES.find((approachDir) => approachDir === params.get('approach_dir')) ?? '',
    setup: SETUPS.find((setup) => setup === params.get('setup')) ?? SETUPS[0],
    kind: params.get('kind') ?? '',
    first: like('first', DATE),
    last: like('last', DATE),
    from: like('from', TIME),
    to: like('to', TIME),
    asOfS: asOf !== null && /^\d+$/.test(asOf) ? Number(asOf) : null,
    pick: picked && {
      symbol: picked[1],
      sessionDate: picked[2],
      tsS: Number(picked[3]),
      level: picked[4],
      approachDir: picked[5] as Approach,
    },
    beside: beside && { symbol: beside[1], tsS: Number(beside[2]) },
  };
}

export function besideParams(symbol: string, tsS: number): Params {
  return { beside: `${symbol}~${tsS}` };
}

export function pickOf(row: SetupRow): PickedSetup {
  return { symbol: row.symbol, sessionDate: row.session_date, tsS: row.ts_s, level: row.level_id, approachDir: row.approach_dir };
}

export function isSamePick(pick: PickedSetup | null, row: SetupRow): boolean {
  return (
    pick !== null &&
    pick.symbol === row.symbol &&
    pick.tsS === row.ts_s &&
    pick.level === row.level_id &&
    pick.approachDir === row.approach_dir
  );
}
