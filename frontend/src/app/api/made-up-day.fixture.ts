import { chance } from '../ui/chance.fixture';
import { DayData, HEAT_TICKS } from './day-data';
import { Day, LevelInfo } from './schema';

/** 2025-10-14 09:30:00 in New York. */
export const OPEN_S = 1760448600;

/** A level that is not known yet, unless `over` says so. */
export function level(level_id: string, name: string, group: LevelInfo['group'], over: Partial<LevelInfo> = {}): LevelInfo {
  return { level_id, name, group, moving: false, known_at: 'open', known_from_s: null, price_ticks: null, reason: null, ...over };
}

/** A made-up day of ES for tests: half an hour of lead-in, then `minutes` of session, nothing known yet. */
export function madeUpDay(minutes = 30, over: Partial<Day> = {}): Day {
  return {
    symbol: 'ESZ5',
    root: 'ES',
    session_date: '2025-10-14',
    version: '0123456789abcdef',
    synthetic: true,
    tick: 0.25,
    window_s: 5,
    session_start_s: OPEN_S,
    session_end_s: OPEN_S + 60 * minutes,
    lead_in_start_s: OPEN_S - 1800,
    overnight_start_s: OPEN_S - 55800,
    premarket_start_s: OPEN_S - 16200,
    rth_open_s: OPEN_S,
    opening_range_s: 900,
    half_day: false,
    known_until_s: null,
    levels: [
      level('pm_high', 'PM High', 'premarket', { known_from_s: OPEN_S, price_ticks: 27200 }),
      level('or_high', '15m OR High', 'opening_range', { known_at: 'opening_range', known_from_s: OPEN_S + 900 }),
      level('vwap', 'VWAP', 'moving', { moving: true, known_at: 'session', known_from_s: OPEN_S, price_ticks: 27190 }),
    ],
    confluence_ticks: 2,
    zone_ticks: { at: 2, near: 5, mid: 14, far: 20 },
    ladder: { step_ticks: 4, reach_points: 10, display_s: 60 },
    horizons_s: [120, 240, 360, 480, 600, 720, 840],
    primary_horizon_s: 480,
    absent: [],
    ...over,
  };
}

/** A made-up day whose price walks at random; every eighth window or so has no trade. */
export function walkedDay(seed: number, minutes = 30, over: Partial<Day> = {}): DayData {
  const data = new DayData(madeUpDay(minutes, over));
  const next = chance(seed);
  let mid = 27180;
  for (let window = 0; window < data.windows; window++) {
    mid += Math.floor(next() * 7) - 3;
    data.bid[window] = mid;
    data.ask[window] = mid + 1;
    data.heatBase[window] = mid - 48;
    for (let tick = 0; tick < HEAT_TICKS; tick++) data.heat[window * HEAT_TICKS + tick] = Math.floor(next() * 256);
    if (next() < 0.12) continue;
    data.open[window] = mid + Math.floor(next() * 2);
    data.close[window] = mid + Math.floor(next() * 2);
    data.high[window] = Math.max(data.open[window], data.close[window]) + Math.floor(next() * 3);
    data.low[window] = Math.min(data.open[window], data.close[window]) - Math.floor(next() * 3);
    data.buyVolume[window] = Math.floor(next() * 50);
    data.sellVolume[window] = 1 + Math.floor(next() * 50);
    data.volume[window] = data.buyVolume[window] + data.sellVolume[window];
  }
  data.known = data.windows;
  return data;
}

/** Writes the day before its lead-in: one two-minute bar at each of `startS`. */
export function withHistory(data: DayData, startS: number[], price = 27170): DayData {
  for (const s of startS) {
    data.candles.startS.push(s);
    data.candles.open.push(price);
    data.candles.high.push(price + 3);
    data.candles.low.push(price - 2);
    data.candles.close.push(price + 1);
    data.candles.volume.push(70);
    data.candles.buyVolume.push(40);
    data.candles.sellVolume.push(30);
  }
  return data;
}
