import type { Columns } from './arrow';
import type { TableName } from './client';
import { BALANCES, episodeKey, COUNTED_COLUMNS, DayData, HEAT_TICKS, MEASURED_COLUMNS, NO_TICK, STATES, STRIKE_COLUMNS } from './day-data';
import { EVENT_KIND, type ReplayLadder, type ReplayWindow, WALL_EVENT } from './schema';

/** Of a wall, by code. */
const SIDES = ['bid', 'ask'] as const;

/** Writes what the server sent of one of the day's tables into its columns. */
export function fillTable(data: DayData, name: TableName, table: Columns): void {
  FILLS[name](data, table);
  data.touch();
}

const FILLS: Record<TableName, (data: DayData, table: Columns) => void> = {
  candles: fillCandles,
  windows: fillWindows,
  heat: fillHeat,
  trades: fillTrades,
  walls: fillWalls,
  levels: fillLevels,
  ladder: fillLadder,
  conditions: fillConditions,
  events: fillEvents,
};

/** One message of the replay: the window that follows, with all that became known in it. Windows that are there already are passed over. */
export function appendWindow(data: DayData, message: ReplayWindow): void {
  const index = data.indexOf(message.start_s);
  if (index < data.known) return;
  data.requireNext(message.start_s, data.known);
  data.bid[index] = message.bid_ticks ?? NO_TICK;
  data.ask[index] = message.ask_ticks ?? NO_TICK;
  data.open[index] = message.open_ticks ?? NO_TICK;
  data.high[index] = message.high_ticks ?? NO_TICK;
  data.low[index] = message.low_ticks ?? NO_TICK;
  data.close[index] = message.close_ticks ?? NO_TICK;
  data.volume[index] = message.volume;
  data.buyVolume[index] = message.buy_volume;
  data.sellVolume[index] = message.sell_volume;
  data.records[index] = message.records;
  data.marks[index] = message.marks;
  if (message.heat !== null) {
    data.heatBase[index] = message.base_ticks ?? NO_TICK;
    data.heat.set(contracts(message.heat), index * HEAT_TICKS);
  }
  data.trades[index] = message.trades.map(({ price_ticks, buys, sells }) => ({ ticks: price_ticks, buys, sells }));
  data.walls[index] = message.walls.map(({ strike_ticks, since_s, ...wall }) => ({ ...wall, strikeTicks: strike_ticks, sinceS: since_s }));
  const ladder = message.ladder;
  if (ladder) {
    data.ladderBase[index] = ladder.base_strike_ticks;
    for (const column of STRIKE_COLUMNS)
      data.ladder[column].set(ladder[snake(column) as Exclude<keyof ReplayLadder, 'base_strike_ticks'>], index * data.strikes);
  }
  for (const level of message.levels) data.addLevelStep(level.level_id, level.known_from_s, level.price_ticks);
  data.addEvents(message.events.map(({ at_s, level_id, kind, text }) => ({ atS: at_s, levelId: level_id, kind, text })));
  for (const row of message.conditions) {
    const columns = data.conditionsOf(row.level_id);
    const values: Record<string, number> = {
      distanceTicks: row.distance_ticks,
      askShiftTicks: row.ask_shift_ticks ?? NaN,
      bidShiftTicks: row.bid_shift_ticks ?? NaN,
      countUp: row.count_up,
      countDown: row.count_down,
      balance: BALANCES.indexOf(row.balance),
      balanceLevel: row.balance_level,
      balanceHeldS: row.balance_held_s,
      state: STATES.indexOf(row.state),
      touches: row.touches,
      nearS: row.near_s,
    };
    for (const place of [0, 1, 2, 3]) {
      values[`times${place + 1}`] = row.times[place] ?? NaN;
      values[`contracts${place + 1}`] = row.contracts[place] ?? NaN;
      values[`sign${place + 1}`] = row.signs[place];
    }
    for (const column of [...MEASURED_COLUMNS, ...COUNTED_COLUMNS]) columns[column][index] = values[column];
  }
  hear(data, message);
  data.known = index + 1;
  data.touch();
}

/** Notes which episodes changed in a window; a window that does not follow on the last one noted begins anew. */
function hear(data: DayData, { start_s, episodes }: ReplayWindow): void {
  const { heard } = data;
  if (heard.untilS !== start_s) {
    heard.fromS = start_s;
    heard.episodes.clear();
  }
  heard.untilS = start_s + data.day.window_s;
  for (const episode of episodes) heard.episodes.set(episodeKey(episode), episode);
}

/** Bars before the lead-in; they are the same at every cursor, so they are filled once. */
function fillCandles(data: DayData, table: Columns): void {
  const list = (name: string): number[] => Array.from(table.ints(name));
  data.candles.startS = Array.from(table.seconds('start_s'));
  data.candles.open = list('open_ticks');
  data.candles.high = list('high_ticks');
  data.candles.low = list('low_ticks');
  data.candles.close = list('close_ticks');
  data.candles.volume = list('volume');
  data.candles.buyVolume = list('buy_volume');
  data.candles.sellVolume = list('sell_volume');
}

/** Windows that follow on those known, or overlap them; BrokenSequence where one is left out. */
function fillWindows(data: DayData, table: Columns): void {
  const starts = table.seconds('start_s');
  const first = table.rows > 0 ? Math.min(data.indexOf(starts[0]), data.known) : data.known;
  for (let row = 0; row < table.rows; row++) data.requireNext(starts[row], first + row);
  data.bid.set(table.ints('bid_ticks', NO_TICK), first);
  data.ask.set(table.ints('ask_ticks', NO_TICK), first);
  data.open.set(table.ints('open_ticks', NO_TICK), first);
  data.high.set(table.ints('high_ticks', NO_TICK), first);
  data.low.set(table.ints('low_ticks', NO_TICK), first);
  data.close.set(table.ints('close_ticks', NO_TICK), first);
  data.volume.set(table.ints('volume'), first);
  data.buyVolume.set(table.ints('buy_volume'), first);
  data.sellVolume.set(table.ints('sell_volume'), first);
  data.records.set(table.ints('records'), first);
  data.marks.set(table.ints('marks'), first);
  data.known = Math.max(data.known, first + table.rows);
}

function fillHeat(data: DayData, table: Columns): void {
  if (table.rows > 0) {
    const { values } = table.flat('heat');
    const bases = table.ints('base_ticks', NO_TICK);
    table.seconds('start_s').forEach((start, row) => {
      const index = data.indexOf(start);
      data.heatBase[index] = bases[row];
      data.heat.set(values.subarray(row * HEAT_TICKS, (row + 1) * HEAT_TICKS), index * HEAT_TICKS);
    });
  }
}

function fillTrades(data: DayData, table: Columns): void {
  const [ticks, buys, sells] = ['price_ticks', 'buys', 'sells'].map((name) => table.ints(name));
  fillWindowLists(data, data.trades, table, (row) => ({ ticks: ticks[row], buys: buys[row], sells: sells[row] }));
}

function fillWalls(data: DayData, table: Columns): void {
  const [side, strikeTicks, event, massive, depth, peak, eaten] = [
    'side',
    'strike_ticks',
    'event',
    'massive',
    'depth',
    'peak',
    'eaten',
  ].map((name) => table.ints(name));
  const times = table.floats('times');
  const since = table.seconds('since_s');
  fillWindowLists(data, data.walls, table, (row) => ({
    side: SIDES[side[row]],
    strikeTicks: strikeTicks[row],
    event: WALL_EVENT[event[row]],
    massive: massive[row] === 1,
    times: Number.isNaN(times[row]) ? null : times[row],
    depth: depth[row],
    peak: peak[row],
    eaten: eaten[row],
    sinceS: since[row],
  }));
}

/** A table of several rows a window: each window that it has gets the list of its rows. */
function fillWindowLists<T>(data: DayData, lists: (readonly T[])[], table: Columns, rowAt: (row: number) => T): void {
  let list: T[] = [];
  let filled = -1;
  table.seconds('start_s').forEach((start, row) => {
    const index = data.indexOf(start);
    if (index !== filled) lists[index] = list = [];
    list.push(rowAt(row));
    filled = index;
  });
}

function fillEvents(data: DayData, table: Columns): void {
  const [levelIds, texts] = [table.words('level_id'), table.words('text')];
  const kinds = table.ints('kind');
  data.addEvents(
    Array.from(table.seconds('at_s'), (atS, row) => ({
      atS,
      levelId: levelIds[row] || null,
      kind: EVENT_KIND[kinds[row]],
      text: texts[row],
    })),
  );
}

function fillLevels(data: DayData, table: Columns): void {
  const ids = table.words('level_id');
  const from = table.seconds('known_from_s');
  const prices = table.floats('price_ticks');
  ids.forEach((id, row) => data.addLevelStep(id, from[row], prices[row]));
}

function fillLadder(data: DayData, table: Columns): void {
  if (table.rows > 0) {
    const bases = table.ints('base_strike_ticks', NO_TICK);
    const indices = Array.from(table.seconds('start_s'), (start) => data.indexOf(start));
    indices.forEach((index, row) => (data.ladderBase[index] = bases[row]));
    for (const column of STRIKE_COLUMNS) {
      const { width, values } = table.flat(snake(column));
      if (width !== data.strikes)
        throw new Error(`the ladder has ${width} strikes, the day says ${data.strikes}. Build the day again: spymaster build`);
      indices.forEach((index, row) => data.ladder[column].set(values.subarray(row * width, (row + 1) * width), index * width));
    }
  }
}

function fillConditions(data: DayData, table: Columns): void {
  const levels = table.words('level_id').map((id) => data.conditionsOf(id));
  const indices = Array.from(table.seconds('start_s'), (start) => data.indexOf(start));
  for (const column of [...MEASURED_COLUMNS, ...COUNTED_COLUMNS]) {
    const values = table.floats(snake(column));
    levels.forEach((level, row) => (level[column][indices[row]] = values[row]));
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z\d]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Whole numbers of 16 bits, low byte first. */
function contracts(base64: string): Uint16Array {
  const bytes = atob(base64);
  return Uint16Array.from({ length: bytes.length / 2 }, (_, at) => bytes.charCodeAt(2 * at) | (bytes.charCodeAt(2 * at + 1) << 8));
}
