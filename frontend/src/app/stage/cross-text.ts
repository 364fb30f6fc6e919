import { DayData, NO_TICK } from '../api/day-data';
import { points } from '../ui/format';
import { EpochS, Ticks, WindowIndex } from '../ui/units';
import { UNSEEN, restingIn } from './heat';
import { strikeOf } from './rows';

/** What rests at a strike then and now: `79 asks here then, 70 now`. */
export function crossText(data: DayData, cursor: WindowIndex, s: EpochS, ticks: Ticks): string {
  const then = Math.min(cursor, data.indexOfEnd(s + data.day.window_s));
  const strike = strikeOf(ticks, data.day.ladder.step_ticks);
  const [before, now] = [sizeAt(data, then, strike), sizeAt(data, cursor, strike)];
  return then === cursor ? `${before} now` : `${before} here then, ${now.replace(/ .*/, '')} now`;
}

/** A strike's size now, one minute ago and four minutes ago: `6794: 70 asks now, 79 a minute ago, 12 four minutes ago`. */
export function pinnedText(data: DayData, cursor: WindowIndex, strike: Ticks): string {
  const before = (seconds: number): string =>
    sizeAt(data, Math.max(0, cursor - seconds / data.day.window_s), strike).replace(/ (asks|bids)$/, '');
  return `${points(strike, data.day.tick)}: ${sizeAt(data, cursor, strike)} now, ${before(60)} a minute ago, ${before(240)} four minutes ago`;
}

function sizeAt(data: DayData, window: WindowIndex, strike: Ticks): string {
  const found = restingIn(data, window, strike, data.day.ladder.step_ticks);
  if (found === UNSEEN) return 'not seen';
  const bid = data.bid[window];
  return `${found} ${bid !== NO_TICK && strike <= bid ? 'bids' : 'asks'}`;
}
