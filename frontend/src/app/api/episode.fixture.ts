import type { Episode } from './schema';

/** A first test of PM High from below that begins at `start_s`, seconds UTC; its outcome is not known yet. */
export function madeUpEpisode(start_s: number, over: Partial<Episode> = {}): Episode {
  return {
    setup: 'level_test',
    level_id: 'pm_high',
    approach_dir: 'from_below',
    number: 1,
    kind: 'first_test',
    start_s,
    last_trigger_s: start_s,
    level_ticks: 27200,
    barrier_ticks: 8,
    confluent_ids: [],
    outcome: null,
    outcome_s: null,
    ...over,
  };
}
