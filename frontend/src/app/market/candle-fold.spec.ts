import { DayData, NO_TICK } from '../api/day-data';
import { OPEN_S, walkedDay, withHistory } from '../api/made-up-day.fixture';
import { chance } from '../ui/chance.fixture';
import { CANDLE_S, Candle, CandleFold, traded } from './candle-fold';

/** The candles of windows [0, count) as one would explain them: for each two minutes, the trades within. */
function naive(data: DayData, count: number): Candle[] {
  const first = data.candles.startS[0] ?? Math.floor(data.day.lead_in_start_s / CANDLE_S) * CANDLE_S;
  const last = count > 0 ? data.startS(count - 1) : (data.candles.startS.at(-1) ?? first - CANDLE_S);
  const candles: Candle[] = [];
  for (let startS = first; startS <= last; startS += CANDLE_S) {
    const bar = data.candles.startS.indexOf(startS);
    const inside = Array.from({ length: count }, (_, w) => w).filter((w) => data.startS(w) >= startS && data.startS(w) < startS + CANDLE_S);
    const trades = inside.filter((w) => data.open[w] !== NO_TICK);
    const sum = (column: Int32Array): number => inside.reduce((total, w) => total + column[w], 0);
    const c = data.candles;
    candles.push(
      bar >= 0
        ? {
            startS,
            open: c.open[bar],
            high: c.high[bar],
            low: c.low[bar],
            close: c.close[bar],
            volume: c.volume[bar],
            buyVolume: c.buyVolume[bar],
            sellVolume: c.sellVolume[bar],
          }
        : {
            startS,
            open: trades.length ? data.open[trades[0]] : NO_TICK,
            high: trades.length ? Math.max(...trades.map((w) => data.high[w])) : NO_TICK,
            low: trades.length ? Math.min(...trades.map((w) => data.low[w])) : NO_TICK,
            close: trades.length ? data.close[trades.at(-1)!] : NO_TICK,
            volume: sum(data.volume),
            buyVolume: sum(data.buyVolume),
            sellVolume: sum(data.sellVolume),
          },
    );
  }
  return candles;
}

describe('CandleFold', () => {
  const history = [OPEN_S - 1800 - 5 * CANDLE_S, OPEN_S - 1800 - 4 * CANDLE_S, OPEN_S - 1800 - CANDLE_S];

  it('holds the same candles as its naive twin after every step of a random walk of the cursor', () => {
    for (const seed of [1, 2, 3]) {
      const data = withHistory(walkedDay(seed, 12), history);
      const fold = new CandleFold(data);
      const next = chance(seed);
      for (let move = 0; move < 120; move++) {
        const count = next() < 0.5 ? Math.floor(next() * (data.windows + 1)) : Math.min(data.windows, move);
        fold.moveTo(count);
        expect(fold.candles).toEqual(naive(data, count));
      }
    }
  });

  it('agrees with its twin where the lead-in does not begin on a two-minute mark', () => {
    const data = walkedDay(4, 6, { lead_in_start_s: OPEN_S - 1835 });
    const fold = new CandleFold(data);
    for (const count of [1, 5, 6, 7, 30, 7, 300, 12]) {
      fold.moveTo(count);
      expect(fold.candles).toEqual(naive(data, count));
    }
  });

  it('changes only the last candle when the cursor moves one window to the right', () => {
    const data = withHistory(walkedDay(5), history);
    const fold = new CandleFold(data);
    fold.moveTo(1);
    for (let count = 2; count <= data.windows; count++) {
      const before = fold.candles.slice(0, -1).map((candle) => ({ ...candle }));
      const firstChanged = fold.moveTo(count);
      expect(firstChanged).toBe(fold.candles.length - 1);
      expect(fold.candles.slice(0, before.length)).toEqual(before);
    }
  });

  it('names the first slot that changed when the cursor jumps', () => {
    const data = walkedDay(6);
    const fold = new CandleFold(data);
    fold.moveTo(240);
    expect(fold.moveTo(300)).toBe(10);
    expect(fold.moveTo(230)).toBe(9);
    expect(fold.candles).toHaveLength(10);
  });

  it('keeps a slot for two minutes without a trade', () => {
    const data = withHistory(walkedDay(7), history);
    const fold = new CandleFold(data);
    expect(fold.candles.map(traded)).toEqual([true, true, false, false, true]);
  });

  it('shows nothing of a window after the cursor, whatever that window holds', () => {
    const [calm, wild] = [walkedDay(8), walkedDay(8)];
    for (let window = 100; window < wild.windows; window++) wild.high[window] = 99999;
    const [one, other] = [new CandleFold(calm), new CandleFold(wild)];
    other.moveTo(wild.windows);
    one.moveTo(100);
    other.moveTo(100);
    expect(other.candles).toEqual(one.candles);
  });
});
