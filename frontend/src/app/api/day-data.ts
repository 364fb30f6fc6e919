import { Signal, signal } from '@angular/core';
import { type Day, PRESSURE_STATE } from './schema';

/** Ticks that a window's heat holds, 48 below and 48 above its middle. */
export const HEAT_TICKS = 97;
/** Stands for "no price" in the tick columns. */
export const NO_TICK = -2147483648;

export interface ConditionColumns {
  distance: Float32Array;
  c1: Float32Array;
  c2: Float32Array;
  c3: Float32Array;
  c4: Float32Array;
  vacuumUp: Float32Array;
  vacuumDown: Float32Array;
  state: Uint8Array;
  touches: Uint16Array;
  nearS: Uint16Array;
}

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

/** What the `state` of conditions counts through. */
export const STATES = PRESSURE_STATE;
/** One day's columns on a fixed grid of windows, filled from the left (`day-fill.ts`) and never beyond what the server sent. */
export class DayData {
  readonly windows: number;
  /** The first window that ends after the session's start. */
  readonly sessionIndex: number;
  readonly strikes: number;
  /** Windows filled so far: those of indices [0, known). */
  known = 0;
  /** Contracts that the heat's byte 255 stands for; NaN before the heat is there. */
  heatScale = NaN;
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
  readonly heat: Uint8Array;
  readonly ladderBase: Int32Array;
  readonly longDepth: Int32Array;
  readonly shortDepth: Int32Array;
  readonly longFlow: Int32Array;
  readonly shortFlow: Int32Array;
  readonly longPull: Int32Array;
  readonly shortPull: Int32Array;
  readonly netPressure: Int32Array;
  readonly conditions = new Map<string, ConditionColumns>();
  readonly levels = new Map<string, LevelSteps>();
  readonly candles: Bars = { startS: [], open: [], high: [], low: [], close: [], volume: [], buyVolume: [], sellVolume: [] };
  private readonly filled = signal(0);
  /** Rises by one whenever columns were filled. */
  readonly revision: Signal<number> = this.filled.asReadonly();

  constructor(readonly day: Day) {
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
    this.heat = new Uint8Array(windows * HEAT_TICKS);
    this.ladderBase = ticks();
    this.longDepth = strikes();
    this.shortDepth = strikes();
    this.longFlow = strikes();
    this.shortFlow = strikes();
    this.longPull = strikes();
    this.shortPull = strikes();
    this.netPressure = strikes();
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

  /** A level's conditions, made where there are none yet. */
  conditionsOf(id: string): ConditionColumns {
    let columns = this.conditions.get(id);
    if (!columns) {
      const numbers = (): Float32Array => new Float32Array(this.windows).fill(NaN);
      columns = {
        distance: numbers(),
        c1: numbers(),
        c2: numbers(),
        c3: numbers(),
        c4: numbers(),
        vacuumUp: numbers(),
        vacuumDown: numbers(),
        state: new Uint8Array(this.windows),
        touches: new Uint16Array(this.windows),
        nearS: new Uint16Array(this.windows),
      };
      this.conditions.set(id, columns);
    }
    return columns;
  }
}
