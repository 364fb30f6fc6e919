import { chance } from '../ui/chance.fixture';
import { decode } from './arrow';
import { BrokenSequence, DayData, NO_TICK } from './day-data';
import { appendWindow, fillTable } from './day-fill';
import { ServedDay } from './day.fixture';

const TABLES = ['windows', 'heat', 'trades', 'walls', 'levels', 'ladder', 'conditions', 'events'] as const;

/** Fills `data` with the windows [from, to) of every table. */
function fill(data: DayData, served: ServedDay, from: number, to: number): void {
  const fromS = from === 0 ? null : data.endS(from - 1);
  for (const name of TABLES) fillTable(data, name, decode(served.table(name, fromS, data.endS(to - 1)))[0]);
}

const COLUMNS = [
  'bid',
  'ask',
  'open',
  'high',
  'low',
  'close',
  'volume',
  'records',
  'marks',
  'heatBase',
  'heat',
  'trades',
  'walls',
  'events',
  'ladderBase',
  'ladder',
  'known',
  'conditions',
  'levels',
] as const;

/** All columns, as far as they are known, as plain values to compare. */
function columns(data: DayData): unknown {
  return Object.fromEntries(COLUMNS.map((name) => [name, data[name]]));
}

function whole(served: ServedDay): DayData {
  const data = new DayData(served.day);
  fill(data, served, 0, data.windows);
  return data;
}

describe('a day', () => {
  it('has the windows from the lead-in to the end, the session after the lead-in', () => {
    const data = new DayData(new ServedDay(1, 6, 24).day);
    expect(data.windows).toBe(30);
    expect(data.sessionIndex).toBe(6);
    expect(data.strikes).toBe(21);
    expect(data.endS(5)).toBe(data.day.session_start_s);
  });

  it('knows the last window that ended at or before a moment, and -1 before the first', () => {
    const data = new DayData(new ServedDay().day);
    const start = data.day.lead_in_start_s;
    expect([start, start + 4, start + 5, start + 9, start + 10].map((s) => data.indexOfEnd(s))).toEqual([-1, -1, 0, 0, 1]);
    expect(data.indexOfEnd(data.day.session_end_s + 3600)).toBe(data.windows - 1);
  });

  it('holds what the server sent, with its missing prices', () => {
    const served = new ServedDay(3);
    const data = whole(served);
    expect([...data.bid]).toEqual(served.bid);
    expect(served.bid).toContain(NO_TICK);
    expect([...data.ask]).toEqual(served.bid.map((bid) => (bid === NO_TICK ? NO_TICK : bid + 1)));
    expect(data.heat).toEqual(served.heat);
    expect(Math.max(...data.heat)).toBeGreaterThan(60_000);
    expect([data.trades, data.walls, data.events]).toEqual([served.trades, served.walls, served.events]);
    expect(data.walls.flat().map(({ times }) => times)).toContain(null);
    expect(data.events.map(({ levelId }) => levelId)).toContain(null);
    expect([data.conditions.get('or_high')!.askShiftTicks[7], data.conditions.get('or_high')!.bidShiftTicks[7]]).toEqual([7, NaN]);
    expect([...data.ladder.winner]).toEqual([...served.flow].map((value) => value * 13));
    expect([...data.conditions.get('or_high')!.times4]).toEqual(served.c1[1].map((value) => -value));
    expect(data.conditions.get('pm_high')!.times2[0]).toBeNaN();
    expect([...data.conditions.get('pm_high')!.sign2.slice(0, 2)]).toEqual([-1, -1]);
  });

  it('is the same in whatever pieces it comes, over HTTP or from the replay', () => {
    const next = chance(11);
    for (let round = 0; round < 10; round++) {
      const served = new ServedDay(round);
      const data = new DayData(served.day);
      fill(data, served, 0, 1);
      while (data.known < data.windows) {
        const to = Math.min(data.windows, data.known + 1 + Math.floor(next() * 6));
        if (next() < 0.5) fill(data, served, data.known, to);
        else for (let index = data.known; index < to; index++) appendWindow(data, served.message(index));
      }
      expect(columns(data)).toEqual(columns(whole(served)));
    }
  });

  it('takes windows that it has already for the same', () => {
    const served = new ServedDay(5);
    const data = new DayData(served.day);
    fill(data, served, 0, 12);
    fill(data, served, 4, 20);
    appendWindow(data, served.message(7));
    expect(data.known).toBe(20);
    fill(data, served, 20, data.windows);
    expect(columns(data)).toEqual(columns(whole(served)));
  });

  it('has what happened once and in order where the tables come after the replay', () => {
    const served = new ServedDay(8);
    const data = new DayData(served.day);
    fillTable(data, 'windows', decode(served.table('windows', null, data.endS(9)))[0]);
    for (let index = 10; index < data.windows; index++) appendWindow(data, served.message(index));
    expect(data.events).toEqual(served.events.filter(({ atS }) => atS > data.endS(9)));
    fillTable(data, 'events', decode(served.table('events', null, data.endS(20)))[0]);
    expect(data.events).toEqual(served.events);
  });

  it('refuses windows that leave a hole after those known', () => {
    const served = new ServedDay();
    const data = new DayData(served.day);
    fill(data, served, 0, 3);
    expect(() => fillTable(data, 'windows', decode(served.table('windows', data.endS(4), data.endS(9)))[0])).toThrow(BrokenSequence);
    expect(() => appendWindow(data, served.message(4))).toThrow(BrokenSequence);
    expect(data.known).toBe(3);
  });

  it('refuses a window that is not on its grid', () => {
    const data = new DayData(new ServedDay().day);
    expect(() => appendWindow(data, { ...new ServedDay().message(0), start_s: data.day.lead_in_start_s + 2 })).toThrow('not on the grid');
  });

  it('takes an empty piece for nothing new', () => {
    const served = new ServedDay();
    const data = new DayData(served.day);
    fill(data, served, 0, 3);
    fill(data, served, 3, 3);
    expect(data.known).toBe(3);
  });

  it('knows a level from the moment on at which it became known', () => {
    const data = whole(new ServedDay());
    const open = data.day.rth_open_s;
    expect(data.levelAt('or_high', open + 59)).toBeNaN();
    expect(data.levelAt('or_high', open + 60)).toBe(27211.5);
    expect(data.levelAt('pm_high', open)).toBe(27200);
    expect(data.levelAt('nothing', open)).toBeNaN();
  });

  it('counts its fillings, so that what is drawn from it is drawn anew', () => {
    const served = new ServedDay();
    const data = new DayData(served.day);
    const before = data.revision();
    appendWindow(data, served.message(0));
    expect(data.revision()).toBe(before + 1);
  });
});
