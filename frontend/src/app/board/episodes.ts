import type { Approach } from '../api/approach';
import type { Episode } from '../api/schema';

/** Episodes as they were known at a moment: begun, and without what was known of them only later. */
export function knownAt(episodes: Episode[], s: number): Episode[] {
  return episodes.filter(({ start_s }) => start_s <= s).map((episode) => asKnown(episode, s));
}

function asKnown(episode: Episode, s: number): Episode {
  const isKnown = episode.outcome_s !== null && episode.outcome_s <= s;
  const settled = episode.last_trigger_s <= s;
  if ((isKnown || episode.outcome === null) && settled) return episode;
  return {
    ...episode,
    last_trigger_s: settled ? episode.last_trigger_s : episode.start_s,
    outcome: isKnown ? episode.outcome : null,
    outcome_s: isKnown ? episode.outcome_s : null,
  };
}

/** The same episodes, each unchanged: nothing to draw anew. */
export function isSameList(one: Episode[], other: Episode[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at] || JSON.stringify(item) === JSON.stringify(other[at]));
}

/**
 * The newest trigger of a level and approach at or before `s`, of episodes known as of some later moment.
 * `none` where there was none; `unclear` where the moment lies between an episode's first and last trigger.
 */
export function newestTrigger(episodes: Episode[], level: string, approachDir: Approach, s: number): number | 'none' | 'unclear' {
  const newest = episodes.findLast(
    (episode) =>
      episode.setup === 'level_test' && episode.level_id === level && episode.approach_dir === approachDir && episode.start_s <= s,
  );
  if (!newest) return 'none';
  return newest.last_trigger_s <= s ? newest.last_trigger_s : 'unclear';
}
