import { Signal, computed, linkedSignal } from '@angular/core';
import { DayData } from '../api/day-data';
import type { SetupAnswer } from '../api/schema';

/** Whether there is a setup at the cursor: `past` where the one shown is over; `unsettled` while that is still being fetched. */
export type Standing = 'now' | 'past' | 'unsettled';

/** Mid minus level at a window's end, in ticks; NaN while either is missing. */
export function distanceAt(data: DayData, levelId: string, index: number): number {
  return data.midAt(index) - data.levelAt(levelId, data.endS(index));
}

/**
 * How an answer stands at window `index`. Every window of a setup is a trigger, so one without its own has no setup;
 * that is known once there is an answer as of it, or the price is beyond a barrier, where the setup ends.
 */
export function standingOf({ setup, as_of_s }: SetupAnswer, data: DayData, index: number): Standing {
  const cursorS = data.endS(index);
  if (cursorS - setup.ts_s < data.day.window_s) return 'now';
  const isBeyond = Math.abs(distanceAt(data, setup.level_id, index)) >= setup.barrier_ticks;
  return isBeyond || as_of_s >= cursorS ? 'past' : 'unsettled';
}

export interface ShownAnswer {
  answer: SetupAnswer | null;
  data: DayData | null;
  /** The cursor. */
  index: number;
}

/** Market seconds for which a standing is kept while it is fetched again; a fast replay outruns the answers by more. */
const KEPT_S = 30;

/** How the answer shown stands; while that is being fetched it stays what it was for a while, so that nothing flickers as time plays. */
export function standing(shown: () => ShownAnswer): Signal<Standing> {
  const kept = linkedSignal<ShownAnswer, { tsS: number; atS: number; is: Standing }>({
    source: shown,
    computation: ({ answer, data, index }, previous) => {
      if (answer === null || data === null) return { tsS: NaN, atS: NaN, is: 'unsettled' };
      const is = standingOf(answer, data, index);
      const tsS = answer.setup.ts_s;
      const before = previous?.value;
      const isKept = is === 'unsettled' && before?.tsS === tsS && Math.abs(data.endS(index) - before.atS) <= KEPT_S;
      return isKept ? before : { tsS, atS: data.endS(index), is };
    },
  });
  return computed(() => kept().is);
}
