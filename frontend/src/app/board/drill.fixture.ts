import type { DrillCall, DrillMoment, DrillScore, ScoreRow, Tally } from '../api/schema';

/** A drill on the made-up day, waiting for its call. */
export function drillMoment(atS: number, over: Partial<DrillMoment> = {}): DrillMoment {
  return {
    id: '01a22d699ca3a2fe4635',
    symbol: 'ESZ5',
    session_date: '2025-10-14',
    at_s: atS,
    level_id: 'pm_high',
    level_name: 'PM High',
    approach_dir: 'from_below',
    horizon_s: 360,
    call: null,
    ...over,
  };
}

/** The call on it, wrong: the price turned back. */
export function drillCall(moment: DrillMoment, over: Partial<DrillCall> = {}): DrillCall {
  const { id, symbol, session_date, at_s, level_id, level_name, approach_dir } = moment;
  return {
    ...{ id, symbol, session_date, at_s, level_id, level_name, approach_dir },
    called_s: 1796057611,
    lake_version: '00000000000000ff',
    new_york: '2025-10-14 09:30:30',
    synthetic: true,
    call: 'BREAK',
    outcome: 'REJECT_DOWN',
    outcome_s: at_s + 12,
    verdict: 'NO EDGE',
    slab: 'NO EDGE: as usual from here',
    said: 'BREAK 53 % (40-66) in 6 min; from here usually 49 %.',
    lead: null,
    share: 0.53,
    usual_break: 0.49,
    usual_reject: 0.45,
    ...over,
  };
}

function tally(right: number, n: number): Tally {
  return n === 0 ? { right, n, low: null, high: null } : { right, n, low: 0.25, high: 0.75 };
}

function row(name: string): ScoreRow {
  return { name, own: tally(2, 4), usual: tally(1, 4), lead: tally(0, 0), passed: 1 };
}

export function drillScore(): DrillScore {
  return { interval: 0.9, overall: row('all'), levels: [row('PM High')], hours: [row('09')], damaged: [] };
}
