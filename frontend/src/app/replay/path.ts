import type { DayData } from '../api/day-data';

/** Seconds before and after a trigger that a path shows. */
export const PATH_BEFORE_S = 120;
export const PATH_AFTER_S = 840;

/** [seconds from the trigger, mid less level in ticks] at each window's end as far as `asOfS`; windows without a mid are left out. */
export function ownPath(data: DayData, triggerS: number, levelTicks: number, asOfS: number): [number, number][] {
  const path: [number, number][] = [];
  const first = Math.max(0, data.indexOfEnd(triggerS - PATH_BEFORE_S));
  const last = Math.min(data.known - 1, data.indexOfEnd(Math.min(asOfS, triggerS + PATH_AFTER_S)));
  for (let index = first; index <= last; index++) {
    const mid = data.midAt(index);
    const s = data.endS(index) - triggerS;
    if (s >= -PATH_BEFORE_S && !Number.isNaN(mid)) path.push([s, mid - levelTicks]);
  }
  return path;
}
