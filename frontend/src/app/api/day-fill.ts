import type { Columns } from './arrow';
import type { TableName } from './client';
import { BALANCES, COUNTED_COLUMNS, DayData, HEAT_TICKS, MEASURED_COLUMNS, NO_TICK, STATES, STRIKE_COLUMNS } from './day-data';
import type { ReplayLadder, ReplayWindow } from './schema';

/** Writes what the server sent of one of the day's tables into its columns. */
export function fillTable(data: DayData, name: TableName, table: Columns): void {
  FILLS[name](data, table);
  data.touch();
}

const FILLS: Record<TableName, (data: DayData, table: Columns) => void> = {
  candles: fillCandles,
  windows: fillWindows,
  heat: fillHeat,
  levels: fillLevels,
  ladder: fillLadder,
  conditions: fillConditions,
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
    data.heat.set(
      Uint16Array.from(bytes(message.heat), (v) => Math.round((v / 255) ** 2 * data.heatScale)),
      index * HEAT_TICKS,
    );
  }
  const ladder = message.ladder;
  if (ladder) {
    data.ladderBase[index] = ladder.base_strike_ticks;
    for (const column of STRIKE_COLUMNS)
      data.ladder[column].set(ladder[snake(column) as Exclude<keyof ReplayLadder, 'base_strike_ticks'>], index * data.strikes);
  }
  for (const level of message.levels) data.addLevelStep(level.level_id, level.known_from_s, level.price_ticks);
  for (const row of message.conditions) {
    const columns = data.conditionsOf(row.level_id);
    const values: Record<string, number> = {
      distanceTicks: row.distance_ticks,
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
  data.known = index + 1;
  data.touch();
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
  data.heatScale = Number(table.metadata.get('scale_contracts'));
  if (table.rows > 0) {
    const { values } = table.flat('heat');
    const bases = table.ints('base_ticks', NO_TICK);
    table.seconds('start_s').forEach((start, row) => {
      const index = data.indexOf(start);
      data.heatBase[index] = bases[row];
      data.heat.set(
        Uint16Array.from(values.subarray(row * HEAT_TICKS, (row + 1) * HEAT_TICKS), (v) => Math.round((v / 255) ** 2 * data.heatScale)),
        index * HEAT_TICKS,
      );
    });
  }
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
  const ids = table.words('level_id');
  const starts = table.seconds('start_s');
  for (const column of [...MEASURED_COLUMNS, ...COUNTED_COLUMNS]) {
    const values = table.floats(snake(column));
    ids.forEach((id, row) => (data.conditionsOf(id)[column][data.indexOf(starts[row])] = values[row]));
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z\d]/g, (letter) => `_${letter.toLowerCase()}`);
}

function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
