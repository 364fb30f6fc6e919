import { walkedDay } from '../api/made-up-day.fixture';
import { chance } from '../ui/chance.fixture';
import { CandleFeed } from './candle-feed';
import { Candle, CandleFold } from './candle-fold';

/** A chart that only remembers, and refuses a candle that is neither its last nor the next. */
class Remembered {
  candles: Candle[] = [];
  updates = 0;
  reset(candles: readonly Candle[]): void {
    this.candles = candles.map((candle) => ({ ...candle }));
  }
  put(candle: Candle): void {
    const last = this.candles.at(-1)?.startS ?? -Infinity;
    if (candle.startS < last) throw new Error(`candle ${candle.startS} lies before the last one, ${last}`);
    if (candle.startS === last) this.candles.pop();
    this.candles.push({ ...candle });
    this.updates++;
  }
}

describe('CandleFeed', () => {
  it('sends all candles once and then one candle a window over 500 windows', () => {
    const chart = new Remembered();
    const feed = new CandleFeed(chart);
    const fold = new CandleFold(walkedDay(1, 60));
    feed.show(fold, fold.moveTo(1));
    for (let count = 2; count <= 501; count++) feed.show(fold, fold.moveTo(count));
    expect(feed.resets).toBe(1);
    expect(chart.updates).toBe(500);
    expect(chart.candles).toEqual(fold.candles);
  });

  it('shows what the fold holds after any walk of the cursor', () => {
    const chart = new Remembered();
    const feed = new CandleFeed(chart);
    const data = walkedDay(2);
    const fold = new CandleFold(data);
    const next = chance(2);
    let count = 100;
    for (let move = 0; move < 400; move++) {
      count = next() < 0.1 ? Math.floor(next() * data.windows) : Math.max(0, Math.min(data.windows, count + Math.floor(next() * 25) - 10));
      feed.show(fold, fold.moveTo(count));
      expect(chart.candles).toEqual(fold.candles);
    }
  });

  it('sends all candles of another day', () => {
    const chart = new Remembered();
    const feed = new CandleFeed(chart);
    const first = new CandleFold(walkedDay(3));
    feed.show(first, first.moveTo(300));
    const other = new CandleFold(walkedDay(4));
    feed.show(other, other.moveTo(300));
    expect(feed.resets).toBe(2);
    expect(chart.candles).toEqual(other.candles);
  });
});
