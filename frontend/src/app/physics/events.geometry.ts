/** The events panel's lines. Pure. */

import type { DayEvent } from '../api/day-data';
import { type EventSide, eventsAt, sideNamed } from '../board/day-events';
import { newYork } from '../ui/new-york';

/** Lines that the list holds at most. */
export const LINES_MAX = 100;

export interface EventLine {
  readonly key: string;
  readonly time: string;
  readonly glyph: string;
  readonly side: EventSide;
  readonly isFire: boolean;
  readonly text: string;
}

const GLYPHS: Record<DayEvent['kind'], string> = {
  known: '–',
  approach: '◇',
  test: '◇',
  state: '■',
  fire: '●',
  resolved: '■',
  wall: '◆',
};
const ARROWS = { up: '▲', down: '▼' };

/** Lines of a level and of walls known at a moment, newest first, and how many older ones are left out. */
export function eventLines(events: readonly DayEvent[], levelId: string, s: number): { lines: EventLine[]; older: number } {
  const known = eventsAt(events, levelId, s);
  const shown = known.slice(0, LINES_MAX);
  return { lines: shown.map((event, place) => lineOf(event, known.length - place)), older: known.length - shown.length };
}

/** `number` counts the level's events from the first: a line keeps it while newer ones come. */
function lineOf({ atS, kind, text }: DayEvent, number: number): EventLine {
  const side = ['state', 'fire', 'resolved'].includes(kind) ? sideNamed(text) : 'flat';
  const line = { key: `${number}`, time: newYork(atS), side, isFire: kind === 'fire', text };
  if (kind !== 'fire' && side !== 'flat') return { ...line, glyph: ARROWS[side] };
  return { ...line, glyph: text === 'VACUUM' ? '↕' : GLYPHS[kind] };
}
