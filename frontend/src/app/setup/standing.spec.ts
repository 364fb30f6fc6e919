import { signal } from '@angular/core';
import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { TRIGGER_S, answer } from './answer.fixture';
import { ShownAnswer, standing, standingOf } from './standing';

describe('whether there is a setup now', () => {
  const data = new DayData(madeUpDay(300));
  const trigger = data.indexOfEnd(TRIGGER_S);
  const LEVEL = 26774;
  const at = (ticks: number): void => void (data.bid.fill(LEVEL + ticks - 1), data.ask.fill(LEVEL + ticks + 1));
  data.levels.set('pm_high', { fromS: [data.day.session_start_s], priceTicks: [LEVEL] });

  it('is now in the window of its trigger, wherever the price is', () => {
    at(30);
    expect(standingOf(answer(), data, trigger)).toBe('now');
  });

  it('is past in a later window that the question was answered as of', () => {
    at(2);
    expect(standingOf(answer({ as_of_s: TRIGGER_S + 25 }), data, trigger + 5)).toBe('past');
  });

  it('is not called past while the answer is older than the cursor and the price is within the barriers', () => {
    at(2);
    expect(standingOf(answer({ as_of_s: TRIGGER_S + 20 }), data, trigger + 5)).toBe('unsettled');
  });

  it('stays what it was while it is being asked again about the same setup', () => {
    at(2);
    const shown = signal<ShownAnswer>({ answer: answer({ as_of_s: TRIGGER_S + 5 }), data, index: trigger + 1 });
    const stands = standing(shown);
    expect(stands()).toBe('past');
    shown.update((before) => ({ ...before, index: trigger + 2 }));
    expect(stands()).toBe('past');
    shown.update((before) => ({ ...before, index: trigger + 8 }));
    expect(stands()).toBe('unsettled');
    const next = { ...answer().setup, ts_s: TRIGGER_S + 10 };
    shown.set({ answer: answer({ setup: next, as_of_s: TRIGGER_S + 10 }), data, index: trigger + 2 });
    expect(stands()).toBe('now');
    shown.update((before) => ({ ...before, index: trigger + 3 }));
    expect(stands()).toBe('now');
    shown.set({ answer: null, data, index: trigger });
    expect(stands()).toBe('unsettled');
  });

  it('is past at once where the price is at a barrier or beyond', () => {
    at(-8);
    expect(standingOf(answer(), data, trigger + 1)).toBe('past');
    at(-7);
    expect(standingOf(answer(), data, trigger + 1)).toBe('unsettled');
  });
});
