import { NO_TICK } from '../api/day-data';
import { OPEN_S, walkedDay } from '../api/made-up-day.fixture';
import { CandleFold } from './candle-fold';
import { candleSummary, candleText, lastCandles } from './candle-summary';
import { candleScene } from './candles.geometry';

const CANDLE = { startS: OPEN_S, open: 27200, high: 27204, low: 27198, close: 27201, volume: 412, buyVolume: 200, sellVolume: 212 };

describe('candle summary', () => {
  it('describes a candle with its prices in points and its volume', () => {
    expect(candleText(CANDLE, 0.25)).toBe('09:30 open 6800.00 high 6801.00 low 6799.50 close 6800.25 volume 412 (bought − sold −12)');
    expect(candleText({ ...CANDLE, open: NO_TICK }, 0.25)).toBe('09:30 no trade');
  });

  it('places each known level above or below the last price and says that the day is synthetic', () => {
    const data = walkedDay(1);
    data.levels.set('pm_high', { fromS: [OPEN_S], priceTicks: [27300] });
    data.levels.set('or_high', { fromS: [OPEN_S + 900], priceTicks: [27200] });
    const fold = new CandleFold(data);
    fold.moveTo(480);
    const scene = candleScene(data, fold, 480, { levelIds: ['pm_high', 'or_high'], selected: 'pm_high', episodes: [] });
    const text = candleSummary(data, fold, scene);
    expect(text).toContain('Synthetic. Two-minute candles of ESZ5 to 09:40:00 New York. Last candle 09:38 open ');
    expect(text).toContain(`Levels: PM High 6825.00, ${((27300 - scene.closeTicks) / 4).toFixed(2)} points above`);
    expect(text).not.toContain('OR High');
  });

  it('lists the newest candles first', () => {
    const fold = new CandleFold(walkedDay(2));
    fold.moveTo(700);
    const rows = lastCandles(fold);
    expect(rows).toHaveLength(15);
    expect(rows[0]).toBe(fold.candles.at(-1));
  });
});
