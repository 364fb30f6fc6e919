import { DayData } from '../api/day-data';
import { points } from '../ui/format';
import { newYork } from '../ui/new-york';
import { Resting, largestResting } from './heat.geometry';

/** Rows of the panel's table. */
export const TABLE_ROWS = 12;

/** The picture in a sentence: what is best, what rests, where the price has been. */
export function heatSummary(data: DayData, window: number, spanWindows: number): string {
  const { tick, symbol, synthetic, window_s } = data.day;
  const minutes = Math.round((spanWindows * window_s) / 60);
  const at = `${synthetic ? 'Synthetic. ' : ''}Resting size of ${symbol}, ${minutes} minutes to ${newYork(data.endS(window))} New York`;
  const mid = data.midAt(window);
  if (Number.isNaN(mid)) return `${at}. No best bid and offer.`;
  const quotes = `Best bid ${points(data.bid[window], tick)}, best offer ${points(data.ask[window], tick)}`;
  const sizes = largestResting(data, window, Infinity);
  const largest = (side: Resting['side']): string => {
    const found = sizes.find((size) => size.side === side);
    return found ? `largest ${side} ${found.contracts} contracts at ${points(found.ticks, tick)}` : `no ${side} within 12 points`;
  };
  return `${at}. ${quotes}; ${largest('bid')}, ${largest('offer')}.`;
}
