import type { DayData, DayEvent } from '../api/day-data';
import type { Episode } from '../api/schema';
import { type EventSide, firesAt } from './day-events';

/** One fire or test of the chosen level on the scrub bar. */
export interface ScrubMark {
  /** Share of the bar from its left end, 0 to 1. */
  at: number;
  /** Side that won, or that the fire speaks for, as known at the cursor; `open` where it is not known, `flat` where neither did. */
  side: EventSide | 'open';
  glyph: string;
}

/** More would be a ruler, not marks. */
export const MARKS_MAX = 8;

const GLYPHS = { up: '▲', down: '▼', flat: '■', open: '○' };
const FIRE_GLYPH = '●';
/** What is left out first comes last. */
const RANKS = { fire: 0, first_test: 1, retest: 2, repeat_test: 2 };

/** Share of the bar at which a window lies. */
export function shareOf(index: number, first: number, last: number): number {
  return last > first ? Math.min(1, Math.max(0, (index - first) / (last - first))) : 0;
}

/**
 * At most eight marks of a level, none right of the cursor: its fires, then its first tests, then its other tests, the latest of each.
 * A fire stands for the test it fell in.
 */
export function marksOf(
  episodes: readonly Episode[],
  events: readonly DayEvent[],
  level: string,
  day: DayData,
  first: number,
  cursor: number,
): ScrubMark[] {
  const fires = firesAt(events, level, day.endS(cursor)).map(({ atS, side }) => ({ atS, rank: RANKS.fire, side, glyph: FIRE_GLYPH }));
  const hasFire = ({ start_s, outcome_s }: Episode): boolean => fires.some(({ atS }) => start_s <= atS && atS <= (outcome_s ?? Infinity));
  const tests = episodes
    .filter(({ start_s, setup, level_id }) => setup === 'level_test' && level_id === level && day.indexOfEnd(start_s) <= cursor)
    .filter((episode) => !hasFire(episode))
    .map(({ start_s, kind, outcome }) => {
      const side = sideOf(outcome);
      return { atS: start_s, rank: RANKS[kind], side, glyph: GLYPHS[side] };
    });
  return [...fires, ...tests]
    .sort((one, other) => one.rank - other.rank || other.atS - one.atS)
    .slice(0, MARKS_MAX)
    .sort((one, other) => one.atS - other.atS)
    .map(({ atS, side, glyph }) => ({ at: shareOf(day.indexOfEnd(atS), first, day.windows - 1), side, glyph }));
}

/** The side that an outcome favours: BREAK_UP and REJECT_UP are up. */
export function sideOf(outcome: string | null): ScrubMark['side'] {
  if (outcome === null || outcome === 'CENSORED') return 'open';
  if (outcome.endsWith('_UP')) return 'up';
  return outcome.endsWith('_DOWN') ? 'down' : 'flat';
}
