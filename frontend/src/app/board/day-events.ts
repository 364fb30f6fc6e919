/** The day's events as a reader meets them at a moment: nothing that came later. Pure. */

import type { DayEvent } from '../api/day-data';

/** Direction of price that an event speaks for; flat for none. */
export type EventSide = 'up' | 'down' | 'flat';

/** Events of a level and of walls known at a moment, newest first. */
export function eventsAt(events: readonly DayEvent[], levelId: string, s: number): DayEvent[] {
  return events.filter((event) => event.atS <= s && (event.levelId === levelId || event.levelId === null)).reverse();
}

/** The direction of price that the words of a state, a fire or an outcome name: `TILT UP`, `FIRE: break up`, `rejected, down`. */
export function sideNamed(text: string): EventSide {
  if (/\bup\b/i.test(text)) return 'up';
  return /\bdown\b/i.test(text) ? 'down' : 'flat';
}

/** A fire of a level: when, which way, and whether price went there. */
export interface Fire {
  readonly atS: number;
  readonly side: EventSide;
  /** Null while its test is not resolved. */
  readonly right: boolean | null;
}

/** A level's fires known at a moment, oldest first; each is judged by the first outcome of a test after it. */
export function firesAt(events: readonly DayEvent[], levelId: string, s: number): Fire[] {
  const known = events.filter((event) => event.atS <= s && event.levelId === levelId);
  return known.flatMap(({ atS, kind, text }, place) => {
    if (kind !== 'fire') return [];
    const side = sideNamed(text);
    const outcome = known.slice(place + 1).find(isOfTest);
    return { atS, side, right: outcome ? sideNamed(outcome.text) === side : null };
  });
}

/** The outcome of a test; a confirmed break has one of its own. */
function isOfTest({ kind, text }: DayEvent): boolean {
  return kind === 'resolved' && !text.startsWith('confirmed');
}

/** `2 fired today, 1 right`, or `2 fired, 1 right, 1 open` while a test goes on; empty where none fired. */
export function firesText(fires: readonly Fire[]): string {
  if (fires.length === 0) return '';
  const open = fires.filter(({ right }) => right === null).length;
  const right = fires.filter((fire) => fire.right).length;
  return open > 0 ? `${fires.length} fired, ${right} right, ${open} open` : `${fires.length} fired today, ${right} right`;
}
