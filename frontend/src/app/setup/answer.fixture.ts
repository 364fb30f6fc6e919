/** Answers written by hand, for the specs. */

import type { DrawnFan } from './fan.geometry';
import type { DrawnNeighbour, OutcomeRow, SetupAnswer } from '../api/schema';

/** 2025-10-14 12:04:50 in New York. */
export const TRIGGER_S = 1760457890;

export function outcomeAt(horizonS: number): OutcomeRow {
  return {
    horizon_s: horizonS,
    break: { p: 0.43, low: 0.28, high: 0.58, base: 0.41 },
    reject: { p: 0.57, low: 0.42, high: 0.72, base: 0.59 },
    chop: { p: 0, low: 0, high: 0.05, base: 0 },
    whipsaw: 0,
    episodes: 19,
    days: 8,
    n_eff: 6.9,
    excursions: null,
    by_class: [],
  };
}

export function neighbour(over: Partial<DrawnNeighbour> = {}): DrawnNeighbour {
  return {
    symbol: 'ESZ5',
    session_date: '2025-10-03',
    level_id: 'pm_high',
    approach_dir: 'from_below',
    ts_s: 1759507950,
    episode_kind: 'repeat_test',
    distance: 2.57,
    weight: 0.069,
    outcome: 'BREAK_UP',
    mfe_ticks: 24,
    mae_ticks: 0,
    level_ticks: 26774,
    level_price: 6693.5,
    barrier_ticks: 8,
    new_york: '2025-10-03 12:12:30',
    synthetic: true,
    path: [
      [-5, -3],
      [0, -2],
      [5, 4],
    ],
    why: { together: [], apart: [], blocks: {} },
    ...over,
  };
}

/** Every half minute to 14 min: the median climbs to 7 ticks, 8 of 10 within 14 of it; usually it stays at 0, within 20. */
export function fan(over: Partial<DrawnFan> = {}): DrawnFan {
  const t_s = Array.from({ length: 29 }, (_, point) => 30 * point);
  const grown = (ticks: number) => t_s.map((s) => (ticks * s) / 840);
  return {
    t_s,
    q10: grown(-7),
    q50: grown(7),
    q90: grown(21),
    base_q10: grown(-20),
    base_q50: grown(0),
    base_q90: grown(20),
    base_setups: 28,
    ...over,
  };
}

/** Of a lake that said nothing like it before. */
const RECORD: SetupAnswer['record'] = {
  sessions: 8,
  fires: 0,
  per_day: 0,
  hit_share: null,
  hit_low: null,
  hit_high: null,
  net_ticks: null,
  net_low: null,
  net_high: null,
  said: { kind: 'BREAK', low: 0.38, high: 0.48, windows: 0, days: 0, came: null, came_low: null, came_high: null },
  sentences: ['BREAK 38-48 % was never said on this lake before.', 'No fires on 8 past days.'],
};

const OWN_PATH: SetupAnswer['own_path'] = [
  [-120, -4],
  [-5, 7],
  [0, 7.5],
];
const TOGETHER: SetupAnswer['together'] = [
  { phrase: 'bids thicken right under the level, 15 s', share: 0.3 },
  { phrase: 'asks in the path slide up', share: 0.15 },
];

export function answer(over: Partial<SetupAnswer> = {}): SetupAnswer {
  return {
    version: '0123456789abcdef',
    as_of_s: TRIGGER_S,
    verdict: 'NO EDGE',
    slab: 'NO EDGE: as usual from here',
    kind: 'BREAK',
    state: 'setup',
    said: 'BREAK 43 % (28-58) in 8 min; from here usually 41 %. 2 similar setups on 2 days: 1 broke where 1 was to be expected, 1 rejected where 1, 0 neither.',
    sentence: 'Price 1.875 above PM High 6693.50, standing. Physics even; the past shows no difference.',
    seen: { setups: 2, days: 2, broke: 1, expected_broke: 1, rejected: 1, expected_rejected: 1, neither: 0 },
    edge: { lead: null, z: 0.3, ev_ticks: null, ev_low_ticks: null, cost_ticks: 1.3, fires: false, fired_s: null },
    synthetic: true,
    age_s: 0,
    setup: {
      setup: 'level_test',
      level_id: 'pm_high',
      approach_dir: 'from_below',
      symbol: 'ESZ5',
      session_date: '2025-10-14',
      ts_s: TRIGGER_S,
      episode: 10,
      episode_kind: 'retest',
      level_ticks: 26774,
      mid_ticks: 26781.5,
      distance_ticks: 7.5,
      age_s: 0,
      x_ticks: 7.5,
      barrier_ticks: 8,
      confluent_ids: [],
      physics: null,
      level_price: 6693.5,
      mid_price: 6695.375,
      new_york: '2025-10-14 12:04:50',
      tick: 0.25,
      where: '1.875 points through',
    },
    past: { episodes: 28, days: 8, end: '2025-10-10' },
    record: RECORD,
    neighbours: [neighbour(), neighbour({ session_date: '2025-09-30', outcome: 'REJECT_DOWN', mfe_ticks: null, distance: 3.28 })],
    own_path: OWN_PATH,
    fan: fan(),
    together: TOGETHER,
    counts: { BREAK: 1, REJECT: 1, CHOP: 0, WHIPSAW: 0, CENSORED: 0 },
    match_days: 2,
    n_eff: 6.9,
    distance: 3.99,
    distance_percentile: 38,
    nothing_like_it: false,
    strangeness: 'Neighbours are 3.99 sigma away, farther than 38 % of past setups were from theirs.',
    horizon_s: 480,
    interval: 0.9,
    outcomes: [outcomeAt(120), outcomeAt(480)],
    ...over,
  };
}
