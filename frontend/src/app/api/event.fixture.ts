import type { DayEvent } from './day-data';

/** An event of a made-up day; of PM High, unless it is said otherwise. */
export function madeUpEvent(atS: number, kind: DayEvent['kind'], text: string, levelId: string | null = 'pm_high'): DayEvent {
  return { atS, levelId, kind, text };
}
