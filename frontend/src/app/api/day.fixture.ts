import {
  Dictionary,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Table,
  Uint16,
  Uint32,
  Uint8,
  Utf8,
  Vector,
  makeData,
  makeVector,
  tableToIPC,
  vectorFromArray,
} from 'apache-arrow';
import { chance } from '../ui/chance.fixture';
import { BALANCES, DayEvent, HEAT_TICKS, NO_TICK, STATES, Trade, Wall } from './day-data';
import { OPEN_S, level, madeUpDay } from './made-up-day.fixture';
import { type Day, EVENT_KIND, type ReplayLadder, type ReplayWindow, WALL_EVENT } from './schema';

const LEVELS = ['pm_high', 'or_high'];
const STRIKES = 21;

/** The ladder's columns, each a multiple of its own of the same numbers. */
function ladderOf<T>(strikes: (scale: number) => T): Omit<Record<keyof ReplayLadder, T>, 'base_strike_ticks'> {
  return {
    long_depth: strikes(1),
    long_usual_tenths: strikes(2),
    long_came: strikes(3),
    long_pulled: strikes(4),
    long_filled: strikes(5),
    short_depth: strikes(6),
    short_usual_tenths: strikes(7),
    short_came: strikes(8),
    short_pulled: strikes(9),
    short_filled: strikes(10),
    buys: strikes(11),
    sells: strikes(12),
    winner: strikes(13),
  };
}

/** A small made-up day as the server holds it: all of its windows, and every cut of its tables. */
export class ServedDay {
  readonly day: Day;
  readonly windows: number;
  private readonly next: () => number;
  readonly bid: number[];
  readonly marks: number[];
  readonly heat: Uint16Array;
  readonly trades: Trade[][];
  readonly walls: Wall[][];
  readonly events: DayEvent[];
  readonly flow: Int32Array;
  readonly c1: number[][];

  constructor(seed = 1, leadIn = 6, session = 24) {
    this.next = chance(seed);
    this.windows = leadIn + session;
    this.day = madeUpDay(0, {
      session_end_s: OPEN_S + 5 * session,
      lead_in_start_s: OPEN_S - 5 * leadIn,
      opening_range_s: 60,
      levels: [
        level('pm_high', 'PM High', 'premarket', { known_from_s: OPEN_S - 60, price_ticks: 27200 }),
        level('or_high', 'OR High', 'opening_range', { known_at: 'opening_range', reason: 'known from 09:31' }),
        level('pd_close', 'PD Close', 'prior_day', { reason: 'no day before' }),
      ],
      horizons_s: [120, 840],
      primary_horizon_s: 840,
    });
    const drawn = (most: number): number => Math.floor(this.next() * most);
    const each = (value: () => number): number[] => Array.from({ length: this.windows }, value);
    this.bid = each(() => (this.next() < 0.1 ? NO_TICK : 27180 + drawn(40)));
    this.marks = each(() => (this.next() < 0.1 ? 8 : 0));
    this.heat = Uint16Array.from({ length: this.windows * HEAT_TICKS }, () => drawn(65_536));
    this.trades = Array.from({ length: this.windows }, () =>
      Array.from({ length: drawn(3) }, (_, at) => ({ ticks: 27180 + at, buys: drawn(9), sells: 1 + drawn(9) })),
    );
    this.walls = Array.from({ length: this.windows }, (_, index) =>
      Array.from({ length: drawn(3) }, (_, at) => ({
        side: at === 0 ? 'ask' : 'bid',
        strikeTicks: 27200 + 4 * at,
        event: WALL_EVENT[drawn(WALL_EVENT.length)],
        massive: drawn(2) === 1,
        times: index % 3 === 0 ? null : Math.fround(1.5 + this.next()),
        depth: drawn(90),
        peak: 90,
        eaten: drawn(20),
        sinceS: this.startS(index) - 5 * drawn(9),
      })),
    );
    this.events = Array.from({ length: 20 }, (_, at) => ({
      atS: this.startS(0) + 1 + 7 * Math.floor(at / 2),
      levelId: at % 3 === 0 ? null : LEVELS[at % 2],
      kind: EVENT_KIND[drawn(EVENT_KIND.length)],
      text: `what happened, ${at}`,
    }));
    this.flow = Int32Array.from({ length: this.windows * STRIKES }, () => drawn(200) - 100);
    this.c1 = LEVELS.map(() => each(() => Math.fround(this.next() - 0.5)));
  }

  /** As a live day, known up to and with a window; null for one that is over. */
  goTo(index: number | null): void {
    this.day.known_until_s = index === null ? null : this.startS(index) + 5;
  }

  startS(index: number): number {
    return this.day.lead_in_start_s + 5 * index;
  }

  /** Arrow stream of the rows known in (fromS, asOfS]. */
  table(name: string, fromS: number | null, asOfS: number, levels: string[] = LEVELS): Uint8Array {
    const indices = Array.from({ length: this.windows }, (_, index) => index).filter(
      (index) => this.startS(index) + 5 <= asOfS && this.startS(index) + 5 > (fromS ?? -Infinity),
    );
    return tableToIPC(this.rows(name, indices, fromS, asOfS, levels), 'stream');
  }

  /** The replay's message of one window. */
  message(index: number, levels: string[] = LEVELS): ReplayWindow {
    const bid = this.bid[index];
    const strikes = (scale: number): number[] =>
      Array.from(this.flow.slice(index * STRIKES, (index + 1) * STRIKES), (value) => value * scale);
    return {
      type: 'window',
      start_s: this.startS(index),
      bid_ticks: bid === NO_TICK ? null : bid,
      ask_ticks: bid === NO_TICK ? null : bid + 1,
      open_ticks: bid === NO_TICK ? null : bid,
      high_ticks: bid === NO_TICK ? null : bid + 2,
      low_ticks: bid === NO_TICK ? null : bid - 2,
      close_ticks: bid === NO_TICK ? null : bid + 1,
      volume: index,
      buy_volume: index,
      sell_volume: 0,
      records: 10 * index,
      marks: this.marks[index],
      base_ticks: 27150,
      heat: btoa(String.fromCharCode(...new Uint8Array(this.heat.slice(index * HEAT_TICKS, (index + 1) * HEAT_TICKS).buffer))),
      trades: this.trades[index].map(({ ticks, buys, sells }) => ({ price_ticks: ticks, buys, sells })),
      walls: this.walls[index].map(({ strikeTicks, sinceS, ...wall }) => ({ ...wall, strike_ticks: strikeTicks, since_s: sinceS })),
      events: this.happened(this.startS(index), this.startS(index) + 5).map(({ atS, levelId, kind, text }) => ({
        at_s: atS,
        level_id: levelId,
        kind,
        text,
      })),
      ladder: {
        base_strike_ticks: 27120,
        ...ladderOf(strikes),
      },
      levels: this.steps(this.startS(index), this.startS(index) + 5).filter(
        ({ known_from_s }) => index > 0 || known_from_s > this.startS(0),
      ),
      conditions: this.conditions(index, levels),
      episodes: [],
      sent_s: 0,
    };
  }

  private happened(fromS: number | null, asOfS: number): DayEvent[] {
    return this.events.filter(({ atS }) => atS > (fromS ?? -Infinity) && atS <= asOfS);
  }

  private conditions(index: number, levels: string[]): ReplayWindow['conditions'] {
    return levels
      .filter((level) => LEVELS.includes(level))
      .map((level) => {
        const c1 = this.c1[LEVELS.indexOf(level)][index];
        return {
          level_id: level,
          distance_ticks: index,
          times: [c1, null, c1, -c1],
          contracts: [1, 2, 3, index],
          ask_shift_ticks: index,
          bid_shift_ticks: null,
          signs: [1, -1, 0, 1],
          count_up: 2,
          count_down: 1,
          balance: BALANCES[index % 5],
          balance_level: 1,
          balance_held_s: 5 * index,
          state: STATES[index % 5],
          touches: index,
          near_s: index * 5,
        };
      });
  }

  private steps(fromS: number | null, asOfS: number): { level_id: string; known_from_s: number; price_ticks: number }[] {
    return [
      { level_id: 'pm_high', known_from_s: OPEN_S - 60, price_ticks: 27200 },
      { level_id: 'or_high', known_from_s: OPEN_S + 60, price_ticks: 27211.5 },
    ].filter(({ known_from_s }) => known_from_s > (fromS ?? -Infinity) && known_from_s <= asOfS);
  }

  private rows(name: string, indices: number[], fromS: number | null, asOfS: number, levels: string[]): Table {
    switch (name) {
      case 'windows':
        return this.windowRows(indices);
      case 'heat':
        return this.heatRows(indices);
      case 'trades':
        return this.tradeRows(indices);
      case 'walls':
        return this.wallRows(indices);
      case 'events':
        return eventRows(this.happened(fromS, asOfS));
      case 'ladder':
        return this.ladderRows(indices);
      case 'levels':
        return this.levelRows(fromS, asOfS);
      case 'conditions':
        return this.conditionRows(indices, levels);
    }
    return this.candleRows();
  }

  private windowRows(indices: number[]): Table {
    const aside = (index: number, by: number): number | null => (this.bid[index] === NO_TICK ? null : this.bid[index] + by);
    const at = (value: (index: number) => number | null): Vector => ints(indices, value);
    return new Table({
      start_s: this.starts(indices),
      bid_ticks: at((index) => aside(index, 0)),
      ask_ticks: at((index) => aside(index, 1)),
      open_ticks: at((index) => aside(index, 0)),
      high_ticks: at((index) => aside(index, 2)),
      low_ticks: at((index) => aside(index, -2)),
      close_ticks: at((index) => aside(index, 1)),
      volume: at((index) => index),
      buy_volume: at((index) => index),
      sell_volume: at(() => 0),
      records: at((index) => 10 * index),
      marks: vectorFromArray(
        indices.map((index) => this.marks[index]),
        new Uint8(),
      ),
    });
  }

  private heatRows(indices: number[]): Table {
    const data = Uint16Array.from(indices.flatMap((index) => [...this.heat.slice(index * HEAT_TICKS, (index + 1) * HEAT_TICKS)]));
    const type = new FixedSizeList(HEAT_TICKS, new Field('item', new Uint16()));
    return new Table({
      start_s: this.starts(indices),
      base_ticks: ints(indices, () => 27150),
      heat: makeVector(makeData({ type, length: indices.length, child: makeData({ type: new Uint16(), data }) })),
    });
  }

  private tradeRows(indices: number[]): Table {
    const rows = indices.flatMap((index) => this.trades[index].map((trade) => ({ index, ...trade })));
    return new Table({
      start_s: this.starts(rows.map(({ index }) => index)),
      price_ticks: ints(rows, ({ ticks }) => ticks),
      buys: ints(rows, ({ buys }) => buys),
      sells: ints(rows, ({ sells }) => sells),
    });
  }

  private wallRows(indices: number[]): Table {
    const rows = indices.flatMap((index) => this.walls[index].map((wall) => ({ index, ...wall })));
    return new Table({
      start_s: this.starts(rows.map(({ index }) => index)),
      side: ints(rows, ({ side }) => (side === 'bid' ? 0 : 1)),
      strike_ticks: ints(rows, ({ strikeTicks }) => strikeTicks),
      event: ints(rows, ({ event }) => WALL_EVENT.indexOf(event)),
      massive: ints(rows, ({ massive }) => (massive ? 1 : 0)),
      times: vectorFromArray(
        rows.map(({ times }) => times),
        new Float32(),
      ),
      depth: ints(rows, ({ depth }) => depth),
      peak: ints(rows, ({ peak }) => peak),
      eaten: ints(rows, ({ eaten }) => eaten),
      since_s: ints(rows, ({ sinceS }) => sinceS),
    });
  }

  private ladderRows(indices: number[]): Table {
    const strikes = (scale: number): Vector => {
      const child = makeData({
        type: new Int32(),
        data: Int32Array.from(
          indices.flatMap((index) => [...this.flow.slice(index * STRIKES, (index + 1) * STRIKES)].map((value) => value * scale)),
        ),
      });
      return makeVector(makeData({ type: new FixedSizeList(STRIKES, new Field('item', new Int32())), length: indices.length, child }));
    };
    return new Table({
      start_s: this.starts(indices),
      base_strike_ticks: ints(indices, () => 27120),
      ...ladderOf(strikes),
    });
  }

  private levelRows(fromS: number | null, asOfS: number): Table {
    const steps = this.steps(fromS, asOfS);
    return new Table({
      level_id: words(steps.map(({ level_id }) => level_id)),
      known_from_s: vectorFromArray(
        steps.map(({ known_from_s }) => known_from_s),
        new Uint32(),
      ),
      price_ticks: vectorFromArray(
        steps.map(({ price_ticks }) => price_ticks),
        new Float64(),
      ),
    });
  }

  private conditionRows(indices: number[], levels: string[]): Table {
    const cells = indices.flatMap((index) =>
      levels.filter((level) => LEVELS.includes(level)).map((level) => ({ index, level, c1: this.c1[LEVELS.indexOf(level)][index] })),
    );
    const floats = (value: (cell: (typeof cells)[number]) => number | null): Vector => vectorFromArray(cells.map(value), new Float32());
    return new Table({
      level_id: words(cells.map(({ level }) => level)),
      start_s: vectorFromArray(
        cells.map(({ index }) => this.startS(index)),
        new Uint32(),
      ),
      distance_ticks: floats(({ index }) => index),
      times_1: floats(({ c1 }) => c1),
      times_2: floats(() => null),
      times_3: floats(({ c1 }) => c1),
      times_4: floats(({ c1 }) => -c1),
      contracts_1: floats(() => 1),
      contracts_2: floats(() => 2),
      contracts_3: floats(() => 3),
      contracts_4: floats(({ index }) => index),
      ask_shift_ticks: floats(({ index }) => index),
      bid_shift_ticks: floats(() => null),
      sign_1: floats(() => 1),
      sign_2: floats(() => -1),
      sign_3: floats(() => 0),
      sign_4: floats(() => 1),
      count_up: floats(() => 2),
      count_down: floats(() => 1),
      balance: floats(({ index }) => index % 5),
      balance_level: floats(() => 1),
      balance_held_s: floats(({ index }) => 5 * index),
      state: vectorFromArray(
        cells.map(({ index }) => index % 5),
        new Uint8(),
      ),
      touches: vectorFromArray(
        cells.map(({ index }) => index),
        new Int32(),
      ),
      near_s: vectorFromArray(
        cells.map(({ index }) => index * 5),
        new Int32(),
      ),
    });
  }

  /** One bar before the lead-in. */
  private candleRows(): Table {
    return new Table({
      start_s: vectorFromArray([this.day.lead_in_start_s - 120], new Uint32()),
      ...Object.fromEntries(
        ['open_ticks', 'high_ticks', 'low_ticks', 'close_ticks', 'volume', 'buy_volume', 'sell_volume'].map((column, at) => [
          column,
          vectorFromArray([100 + at], new Int32()),
        ]),
      ),
    });
  }

  private starts(indices: number[]): Vector {
    return vectorFromArray(
      indices.map((index) => this.startS(index)),
      new Uint32(),
    );
  }
}

function eventRows(events: DayEvent[]): Table {
  return new Table({
    at_s: ints(events, ({ atS }) => atS),
    level_id: words(events.map(({ levelId }) => levelId)),
    kind: ints(events, ({ kind }) => EVENT_KIND.indexOf(kind)),
    text: words(events.map(({ text }) => text)),
  });
}

function ints<T>(rows: T[], value: (row: T) => number | null): Vector {
  return vectorFromArray(rows.map(value), new Int32());
}

function words(values: (string | null)[]): Vector {
  return vectorFromArray(values, new Dictionary(new Utf8(), new Int32()));
}
