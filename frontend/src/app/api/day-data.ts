import { Signal, signal } from '@angular/core';
import type { Columns } from './arrow';
import type { Day, ReplayWindow } from './schema';

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
export const STATES = ['IDLE', 'TRACK', 'WATCH', 'ARMED', 'FIRE'] as const;
const STRIKE_COLUMNS = ['longDepth', 'shortDepth', 'longFlow', 'shortFlow', 'longPull', 'shortPull', 'netPressure'] as const;
const CONDITION_COLUMNS = ['distance', 'c1', 'c2', 'c3', 'c4', 'vacuumUp', 'vacuumDown', 'state', 'touches', 'nearS'] as const;

/** One day's columns on a fixed grid of windows, filled from the left and never beyond what the server sent. */
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

  /** Bars before the lead-in; they are the same at every cursor, so they are filled once. */
  fillCandles(table: Columns): void {
    const list = (name: string): number[] => Array.from(table.ints(name));
    this.candles.startS = Array.from(table.seconds('start_s'));
    this.candles.open = list('open_ticks');
    this.candles.high = list('high_ticks');
    this.candles.low = list('low_ticks');
    this.candles.close = list('close_ticks');
    this.candles.volume = list('volume');
    this.candles.buyVolume = list('buy_volume');
    this.candles.sellVolume = list('sell_volume');
    this.changed();
  }

  /** Windows that follow on those known, or overlap them; BrokenSequence where one is left out. */
  fillWindows(table: Columns): void {
    const starts = table.seconds('start_s');
    const first = table.rows > 0 ? Math.min(this.indexOf(starts[0]), this.known) : this.known;
    for (let row = 0; row < table.rows; row++) this.follow(starts[row], first + row);
    this.bid.set(table.ints('bid_ticks', NO_TICK), first);
    this.ask.set(table.ints('ask_ticks', NO_TICK), first);
    this.open.set(table.ints('open_ticks', NO_TICK), first);
    this.high.set(table.ints('high_ticks', NO_TICK), first);
    this.low.set(table.ints('low_ticks', NO_TICK), first);
    this.close.set(table.ints('close_ticks', NO_TICK), first);
    this.volume.set(table.ints('volume'), first);
    this.buyVolume.set(table.ints('buy_volume'), first);
    this.sellVolume.set(table.ints('sell_volume'), first);
    this.records.set(table.ints('records'), first);
    this.marks.set(table.ints('marks'), first);
    this.known = Math.max(this.known, first + table.rows);
    this.changed();
  }

  fillHeat(table: Columns): void {
    this.heatScale = Number(table.metadata.get('scale_contracts'));
    if (table.rows > 0) {
      const { values } = table.flat('heat');
      const bases = table.ints('base_ticks', NO_TICK);
      table.seconds('start_s').forEach((start, row) => {
        const index = this.indexOf(start);
        this.heatBase[index] = bases[row];
        this.heat.set(values.subarray(row * HEAT_TICKS, (row + 1) * HEAT_TICKS), index * HEAT_TICKS);
      });
    }
    this.changed();
  }

  fillLevels(table: Columns): void {
    const ids = table.words('level_id');
    const from = table.seconds('known_from_s');
    const prices = table.floats('price_ticks');
    ids.forEach((id, row) => this.levelStep(id, from[row], prices[row]));
    this.changed();
  }

  fillLadder(table: Columns): void {
    if (table.rows > 0) {
      const bases = table.ints('base_strike_ticks', NO_TICK);
      const indices = Array.from(table.seconds('start_s'), (start) => this.indexOf(start));
      indices.forEach((index, row) => (this.ladderBase[index] = bases[row]));
      for (const column of STRIKE_COLUMNS) {
        const { width, values } = table.flat(snake(column));
        if (width !== this.strikes)
          throw new Error(`the ladder has ${width} strikes, the day says ${this.strikes}. Build the day again: spymaster build`);
        indices.forEach((index, row) => this[column].set(values.subarray(row * width, (row + 1) * width), index * width));
      }
    }
    this.changed();
  }

  fillConditions(table: Columns): void {
    const ids = table.words('level_id');
    const starts = table.seconds('start_s');
    for (const column of CONDITION_COLUMNS) {
      const values = table.floats(COLUMN_OF[column]);
      ids.forEach((id, row) => (this.conditionsOf(id)[column][this.indexOf(starts[row])] = values[row]));
    }
    this.changed();
  }

  /** One message of the replay: the window that follows, with all that became known in it. Windows that are there already are passed over. */
  append(message: ReplayWindow): void {
    const index = this.indexOf(message.start_s);
    if (index < this.known) return;
    this.follow(message.start_s, this.known);
    this.bid[index] = message.bid_ticks ?? NO_TICK;
    this.ask[index] = message.ask_ticks ?? NO_TICK;
    this.open[index] = message.open_ticks ?? NO_TICK;
    this.high[index] = message.high_ticks ?? NO_TICK;
    this.low[index] = message.low_ticks ?? NO_TICK;
    this.close[index] = message.close_ticks ?? NO_TICK;
    this.volume[index] = message.volume;
    this.buyVolume[index] = message.buy_volume;
    this.sellVolume[index] = message.sell_volume;
    this.records[index] = message.records;
    this.marks[index] = message.marks;
    if (message.heat !== null) {
      this.heatBase[index] = message.base_ticks ?? NO_TICK;
      this.heat.set(bytes(message.heat), index * HEAT_TICKS);
    }
    const ladder = message.ladder;
    if (ladder) {
      this.ladderBase[index] = ladder.base_strike_ticks;
      this.longDepth.set(ladder.long_depth, index * this.strikes);
      this.shortDepth.set(ladder.short_depth, index * this.strikes);
      this.longFlow.set(ladder.long_flow, index * this.strikes);
      this.shortFlow.set(ladder.short_flow, index * this.strikes);
      this.longPull.set(ladder.long_pull, index * this.strikes);
      this.shortPull.set(ladder.short_pull, index * this.strikes);
      this.netPressure.set(ladder.net_pressure, index * this.strikes);
    }
    for (const level of message.levels) this.levelStep(level.level_id, level.known_from_s, level.price_ticks);
    for (const row of message.conditions) {
      const columns = this.conditionsOf(row.level_id);
      columns.distance[index] = row.distance_ticks;
      [columns.c1[index], columns.c2[index], columns.c3[index], columns.c4[index]] = row.c;
      columns.vacuumUp[index] = row.vacuum_up ?? NaN;
      columns.vacuumDown[index] = row.vacuum_down ?? NaN;
      columns.state[index] = STATES.indexOf(row.state);
      columns.touches[index] = row.touches;
      columns.nearS[index] = row.near_s;
    }
    this.known = index + 1;
    this.changed();
  }

  private changed(): void {
    this.filled.update((n) => n + 1);
  }

  private indexOf(startS: number): number {
    const index = (startS - this.day.lead_in_start_s) / this.day.window_s;
    if (!Number.isInteger(index) || index < 0 || index >= this.windows)
      throw new BrokenSequence(
        `a window that starts at ${startS} s is not on the grid of ${this.day.symbol} ${this.day.session_date}. Load the day again.`,
      );
    return index;
  }

  private follow(startS: number, index: number): void {
    if (this.indexOf(startS) !== index)
      throw new BrokenSequence(`the window after ${this.startS(index)} s was expected; the server sent ${startS} s. Load the day again.`);
  }

  private levelStep(id: string, fromS: number, priceTicks: number): void {
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

  private conditionsOf(id: string): ConditionColumns {
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

/** Name in the server's table of each column of conditions. */
const COLUMN_OF: Record<(typeof CONDITION_COLUMNS)[number], string> = {
  distance: 'distance_ticks',
  c1: 'c1',
  c2: 'c2',
  c3: 'c3',
  c4: 'c4',
  vacuumUp: 'vacuum_up',
  vacuumDown: 'vacuum_down',
  state: 'state',
  touches: 'touches',
  nearS: 'near_s',
};

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
