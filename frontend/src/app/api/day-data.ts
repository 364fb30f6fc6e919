import { Signal, WritableSignal, signal } from '@angular/core';
import { type Day, type Episode, type EventKind, type ReplayQuery, type WallEvent, BALANCE, PRESSURE_STATE } from './schema';

/** Ticks that a window's heat holds, 48 below and 48 above its middle. */
export const HEAT_TICKS = 97;
/** Stands for "no price" in the tick columns. */
export const NO_TICK = -2147483648;

/** Seconds that the ladder sums over; the conditions fade by half in a quarter of them. */
export type HorizonS = NonNullable<ReplayQuery['horizon_s']>;

/** Of every strike: what rests, in contracts and against usual, and what came, went and traded over the horizon. */
export const STRIKE_COLUMNS = [
  'longDepth',
  'longUsualTenths',
  'longCame',
  'longPulled',
  'longFilled',
  'shortDepth',
  'shortUsualTenths',
  'shortCame',
  'shortPulled',
  'shortFilled',
  'buys',
  'sells',
  'winner',
] as const;
export type StrikeColumns = Record<(typeof STRIKE_COLUMNS)[number], Int32Array>;

/** What traded at one tick in one window, contracts by the side that took; never both 0. */
export interface Trade {
  ticks: number;
  buys: number;
  sells: number;
}

/** A wall in one window: a strike at which far more rests than usual, or did until this window. */
export interface Wall {
  side: 'bid' | 'ask';
  strikeTicks: number;
  event: WallEvent;
  massive: boolean;
  /** What rests, times usual; null where the touch cuts the strike. */
  times: number | null;
  depth: number;
  /** What rested when it appeared, or last grew by half. */
  peak: number;
  /** Contracts filled of it since it appeared. */
  eaten: number;
  sinceS: number;
}

/** One thing that happened, at the moment at which it was known. */
export interface DayEvent {
  atS: number;
  /** Null where it belongs to no level. */
  levelId: string | null;
  kind: EventKind;
  text: string;
}

/**
 * Of a level in a window, NaN where it was not measured: conditions 1 to 4 as fast as usual and in contracts, and how far the sides moved
 * away from the level, asks up and bids down.
 */
export const MEASURED_COLUMNS = [
  'distanceTicks',
  'times1',
  'times2',
  'times3',
  'times4',
  'contracts1',
  'contracts2',
  'contracts3',
  'contracts4',
  'askShiftTicks',
  'bidShiftTicks',
] as const;
/** The same, 0 where it was not measured. `balance` and `state` count through `BALANCES` and `STATES`. */
export const COUNTED_COLUMNS = [
  'sign1',
  'sign2',
  'sign3',
  'sign4',
  'countUp',
  'countDown',
  'balance',
  'balanceLevel',
  'balanceHeldS',
  'state',
  'touches',
  'nearS',
] as const;
export type ConditionColumns = Record<(typeof MEASURED_COLUMNS)[number] | (typeof COUNTED_COLUMNS)[number], Float32Array>;

/** A level's price from each moment on, ascending. */
export interface LevelSteps {
  fromS: number[];
  priceTicks: number[];
}

/** Two-minute bars that ended at or before the lead-in's start. */
export interface Bars {
  startS: number[];
  open: number[];
  high: number[];
  low: number[];
  close: number[];
  volume: number[];
  buyVolume: number[];
  sellVolume: number[];
}

/** The server sent windows that do not follow on those that are there. */
export class BrokenSequence extends Error {}

export const STATES = PRESSURE_STATE;
export const BALANCES = BALANCE;
/** What stays the same of an episode while more of it becomes known. */
export function episodeKey({ setup, level_id, approach_dir, start_s }: Episode): string {
  return `${setup}|${level_id}|${approach_dir}|${start_s}`;
}

/** One day's columns on a fixed grid of windows, filled from the left (`day-fill.ts`) and never beyond what the server sent. */
export class DayData {
  readonly windows: number;
  /** The first window that ends after the session's start. */
  readonly sessionIndex: number;
  readonly strikes: number;
  /** Windows filled so far: those of indices [0, known). */
  known = 0;
  readonly bid: Int32Array;
  readonly ask: Int32Array;
  readonly open: Int32Array;
  readonly high: Int32Array;
  readonly low: Int32Array;
  readonly close: Int32Array;
  readonly volume: Int32Array;
  readonly buyVolume: Int32Array;
  readonly sellVolume: Int32Array;
  readonly records: Int32Array;
  readonly marks: Uint8Array;
  readonly heatBase: Int32Array;
  /** Contracts that rest at each of `HEAT_TICKS` ticks of a window from `heatBase` up. */
  readonly heat: Uint16Array;
  /** By window, ascending in price. */
  readonly trades: (readonly Trade[])[];
  /** By window: those that stand, and those that just went. */
  readonly walls: (readonly Wall[])[];
  /** Ascending in time. */
  events: DayEvent[] = [];
  readonly ladderBase: Int32Array;
  readonly ladder: StrikeColumns;
  readonly conditions = new Map<string, ConditionColumns>();
  readonly levels = new Map<string, LevelSteps>();
  /** Episodes that changed in the windows that came one by one without a gap, by `episodeKey`, as known at the last one's end. */
  readonly heard = { fromS: NaN, untilS: NaN, episodes: new Map<string, Episode>() };
  readonly candles: Bars = { startS: [], open: [], high: [], low: [], close: [], volume: [], buyVolume: [], sellVolume: [] };
  private readonly filled = signal(0);
  private readonly over: WritableSignal<HorizonS>;
  /** Of the ladder and the conditions that are there: all of them, at any moment. */
  readonly horizonS: Signal<HorizonS>;
  /** Rises by one whenever columns were filled. */
  readonly revision: Signal<number> = this.filled.asReadonly();

  constructor(
    readonly day: Day,
    horizonS: HorizonS = 60,
  ) {
    this.over = signal(horizonS);
    this.horizonS = this.over.asReadonly();
    const windows = Math.round((day.session_end_s - day.lead_in_start_s) / day.window_s);
    this.windows = windows;
    this.sessionIndex = Math.ceil((day.session_start_s - day.lead_in_start_s) / day.window_s);
    this.strikes = 2 * Math.round(day.ladder.reach_points / day.tick / day.ladder.step_ticks) + 1;
    const ticks = (): Int32Array => new Int32Array(windows).fill(NO_TICK);
    const counts = (): Int32Array => new Int32Array(windows);
    const strikes = (): Int32Array => new Int32Array(windows * this.strikes);
    this.bid = ticks();
    this.ask = ticks();
    this.open = ticks();
    this.high = ticks();
    this.low = ticks();
    this.close = ticks();
    this.volume = counts();
    this.buyVolume = counts();
    this.sellVolume = counts();
    this.records = counts();
    this.marks = new Uint8Array(windows);
    this.heatBase = ticks();
    this.heat = new Uint16Array(windows * HEAT_TICKS);
    this.trades = new Array<readonly Trade[]>(windows).fill([]);
    this.walls = new Array<readonly Wall[]>(windows).fill([]);
    this.ladderBase = ticks();
    this.ladder = Object.fromEntries(STRIKE_COLUMNS.map((column) => [column, strikes()])) as StrikeColumns;
  }

  startS(index: number): number {
    return this.day.lead_in_start_s + index * this.day.window_s;
  }

  endS(index: number): number {
    return this.startS(index) + this.day.window_s;
  }

  /** The last window that ended at or before `s`; -1 before the first one's end. */
  indexOfEnd(s: number): number {
    return Math.min(this.windows - 1, Math.floor((s - this.day.lead_in_start_s) / this.day.window_s) - 1);
  }

  /** Price of a level as known at `s`, in ticks; NaN before it is known. */
  levelAt(levelId: string, s: number): number {
    const steps = this.levels.get(levelId);
    if (!steps) return NaN;
    let low = 0;
    let high = steps.fromS.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps.fromS[middle] <= s) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? NaN : steps.priceTicks[low - 1];
  }

  /** A level's name; its id where the day does not know it. */
  levelName(levelId: string): string {
    return this.day.levels.find(({ level_id }) => level_id === levelId)?.name ?? levelId;
  }

  /** Middle of best bid and best offer at a window's end, in ticks; NaN where either is missing. */
  midAt(index: number): number {
    const bid = this.bid[index];
    const ask = this.ask[index];
    return bid === NO_TICK || ask === NO_TICK || bid === undefined ? NaN : (bid + ask) / 2;
  }

  /** Columns were filled: what is drawn from them is drawn anew. */
  touch(): void {
    this.filled.update((n) => n + 1);
  }

  /** Ladder and conditions were filled anew over another horizon. */
  turnTo(horizonS: HorizonS): void {
    this.over.set(horizonS);
    this.touch();
  }

  /** The window that starts at a moment; BrokenSequence where none does. */
  indexOf(startS: number): number {
    const index = (startS - this.day.lead_in_start_s) / this.day.window_s;
    if (!Number.isInteger(index) || index < 0 || index >= this.windows)
      throw new BrokenSequence(
        `a window that starts at ${startS} s is not on the grid of ${this.day.symbol} ${this.day.session_date}. Load the day again.`,
      );
    return index;
  }

  /** Requires that the window that starts at a moment is the one of this index. */
  requireNext(startS: number, index: number): void {
    if (this.indexOf(startS) !== index)
      throw new BrokenSequence(`the window after ${this.startS(index)} s was expected; the server sent ${startS} s. Load the day again.`);
  }

  /** A level's price from a moment on. */
  addLevelStep(id: string, fromS: number, priceTicks: number): void {
    let steps = this.levels.get(id);
    if (!steps) this.levels.set(id, (steps = { fromS: [], priceTicks: [] }));
    const last = steps.fromS.at(-1) ?? -Infinity;
    if (fromS > last) {
      steps.fromS.push(fromS);
      steps.priceTicks.push(priceTicks);
    } else if (fromS === last) {
      steps.priceTicks[steps.priceTicks.length - 1] = priceTicks;
    }
  }

  /** What happened, without what is there already: the tables may overlap what the replay brought. */
  addEvents(events: readonly DayEvent[]): void {
    if (events.length === 0) return;
    const there = new Set(this.events.map(eventKey));
    const added = events.filter((event) => !there.has(eventKey(event)));
    this.events = [...this.events, ...added].sort((one, other) => one.atS - other.atS);
  }

  /** A level's conditions, made where there are none yet. */
  conditionsOf(id: string): ConditionColumns {
    let columns = this.conditions.get(id);
    if (!columns) {
      const filled = (value: number) => (name: string) => [name, new Float32Array(this.windows).fill(value)];
      columns = Object.fromEntries([...MEASURED_COLUMNS.map(filled(NaN)), ...COUNTED_COLUMNS.map(filled(0))]) as ConditionColumns;
      this.conditions.set(id, columns);
    }
    return columns;
  }
}

function eventKey({ atS, levelId, kind, text }: DayEvent): string {
  return [atS, levelId, kind, text].join('|');
}
