import { DayData, NO_TICK } from '../api/day-data';
import { points } from '../ui/format';
import { EpochS, Ticks, WindowIndex } from '../ui/units';
import { UNSEEN, restingAt } from './heat';
import { strikeOf } from './rows';

/** What rests at a strike then and now: `79 asks here then, 70 now`. */
export function crossText(data: DayData, cursor: WindowIndex, s: EpochS, ticks: Ticks): string {
  const then = Math.min(cursor, data.indexOfEnd(s + data.day.window_s));
  const strike = strikeOf(ticks, data.day.ladder.step_ticks);
  const [before, now] = sizesText(data, strike, [then, cursor]);
  return then === cursor ? `${before} now` : `${before} here then, ${now} now`;
}

/** A strike's size now, one minute ago and four minutes ago: `6794: 70 asks now, 79 a minute ago, 12 four minutes ago`. */
export function pinnedText(data: DayData, cursor: WindowIndex, strike: Ticks): string {
  const before = (seconds: number): WindowIndex => Math.max(0, cursor - seconds / data.day.window_s);
  const [now, minute, four] = sizesText(data, strike, [cursor, before(60), before(240)]);
  return `${points(strike, data.day.tick)}: ${now} now, ${minute} a minute ago, ${four} four minutes ago`;
}

/** What rests at a strike in each window; a side is named again only where it is another than in the first. */
function sizesText(data: DayData, strike: Ticks, windows: readonly WindowIndex[]): string[] {
  const sizes = windows.map((window) => sizeAt(data, window, strike));
  const first = sideOf(sizes[0]);
  return sizes.map((size, place) => (place > 0 && first !== null && sideOf(size) === first ? size.replace(/ .*/, '') : size));
}

function sideOf(size: string): string | null {
  return /^\d+ (bids|asks)$/.exec(size)?.[1] ?? null;
}

/** `70 asks`; `7 bids and 9 asks` where the touch cuts the strike; not seen where the window does not reach all of it. */
function sizeAt(data: DayData, window: WindowIndex, strike: Ticks): string {
  const { step_ticks } = data.day.ladder;
  const bid = data.bid[window];
  const sums = { bids: 0, asks: 0 };
  for (let ticks = strike; ticks < strike + step_ticks; ticks++) {
    const found = restingAt(data, window, ticks);
    if (found === UNSEEN) return 'not seen';
    sums[bid !== NO_TICK && ticks <= bid ? 'bids' : 'asks'] += found;
  }
  if (sums.bids > 0 && sums.asks > 0) return `${sums.bids} bids and ${sums.asks} asks`;
  const side = sums.bids + sums.asks > 0 ? (sums.bids > 0 ? 'bids' : 'asks') : bid !== NO_TICK && strike <= bid ? 'bids' : 'asks';
  return `${sums[side]} ${side}`;
}
