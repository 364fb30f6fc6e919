import { DayData } from '../api/day-data';
import type { SetupAnswer } from '../api/schema';
import { MidPath, TO_S } from './mini-path.geometry';

/** A setup's own path up to the cursor: as the answer has it, and on by the day's windows where the cursor has gone on since. */
export function ownPath({ own_path, setup }: Pick<SetupAnswer, 'own_path' | 'setup'>, data: DayData, cursor: number): MidPath {
  const untilS = Math.min(data.endS(cursor) - setup.ts_s, TO_S);
  const path = own_path.filter(([seconds]) => seconds <= untilS);
  const fromS = own_path.at(-1)?.[0] ?? Infinity;
  for (let seconds = fromS + data.day.window_s; seconds <= untilS; seconds += data.day.window_s) {
    const window = data.indexOfEnd(setup.ts_s + seconds);
    const ticks = data.midAt(window) - setup.level_ticks;
    if (data.marks[window] === 0 && !Number.isNaN(ticks)) path.push([seconds, ticks]);
  }
  return path;
}
