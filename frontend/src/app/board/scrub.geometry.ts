import type { DayData } from '../api/day-data';
import type { Episode } from '../api/schema';

/** One episode's mark on the scrub bar. */
export interface ScrubMark {
  /** Share of the bar from its left end, 0 to 1. */
  at: number;
  /** Side that won, as known at the cursor; `open` where it is not known, `flat` where neither did. */
  side: 'up' | 'down' | 'flat' | 'open';
  glyph: string;
  /** Whether it is an episode of the chosen level; the others are drawn small. */
  chosen: boolean;
}

const GLYPHS = { up: '▲', down: '▼', flat: '■', open: '○' };

/** Share of the bar at which a window lies. */
export function shareOf(index: number, first: number, last: number): number {
  return last > first ? Math.min(1, Math.max(0, (index - first) / (last - first))) : 0;
}

/** Marks of the episodes that are known at the cursor; none lies right of it. */
export function marksOf(episodes: Episode[], level: string, day: DayData, first: number, cursor: number): ScrubMark[] {
  return episodes
    .filter(({ start_s, setup }) => setup === 'level_test' && day.indexOfEnd(start_s) <= cursor)
    .map((episode) => {
      const side = sideOf(episode.outcome);
      return {
        at: shareOf(day.indexOfEnd(episode.start_s), first, day.windows - 1),
        side,
        glyph: GLYPHS[side],
        chosen: episode.level_id === level,
      };
    });
}

/** The side that an outcome favours: BREAK_UP and REJECT_UP are up. */
export function sideOf(outcome: string | null): ScrubMark['side'] {
  if (outcome === null || outcome === 'CENSORED') return 'open';
  if (outcome.endsWith('_UP')) return 'up';
  return outcome.endsWith('_DOWN') ? 'down' : 'flat';
}
