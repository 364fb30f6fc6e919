import { DayData } from '../api/day-data';
import { points, signed } from '../ui/format';
import { newYork, newYorkMinute } from '../ui/new-york';
import { Candle, CandleFold, traded } from './candle-fold';
import { CandleScene } from './candles.geometry';

/** Rows of the panel's table. */
export const TABLE_ROWS = 15;

/** A candle in one line: "10:30 open 6790.25 high 6791.00 low 6790.00 close 6790.50 volume 412 (+31)". */
export function candleText(candle: Candle, tick: number): string {
  const time = newYorkMinute(candle.startS);
  if (!traded(candle)) return `${time} no trade`;
  const { open, high, low, close, volume, buyVolume, sellVolume } = candle;
  return (
    `${time} open ${points(open, tick)} high ${points(high, tick)} low ${points(low, tick)} close ${points(close, tick)} ` +
    `volume ${volume} (bought − sold ${signed(buyVolume - sellVolume)})`
  );
}

/** A candle as a row of a table. */
export function candleTable(candle: Candle, tick: number): { time: string; figures: (string | number)[] } {
  const prices = [candle.open, candle.high, candle.low, candle.close].map((ticks) => (traded(candle) ? points(ticks, tick) : '–'));
  return { time: newYorkMinute(candle.startS), figures: [...prices, candle.volume, candle.buyVolume, candle.sellVolume] };
}

/** The picture in words: the last candle and each level with its distance from the last price. */
export function candleSummary(data: DayData, fold: CandleFold, scene: CandleScene): string {
  const { symbol, tick, synthetic } = data.day;
  const last = fold.candles.at(-1);
  const levels = scene.lines
    .filter(({ ticks }) => Number.isFinite(ticks))
    .map(({ name, ticks }) => {
      const away = ticks - scene.closeTicks;
      return `${name} ${points(ticks, tick)}, ${points(Math.abs(away), tick)} points ${away >= 0 ? 'above' : 'below'}`;
    });
  return [
    `${synthetic ? 'Synthetic. ' : ''}Two-minute candles of ${symbol} to ${newYork(scene.untilS)} New York`,
    last ? `Last candle ${candleText(last, tick)}` : 'No candle yet',
    levels.length ? `Levels: ${levels.join('; ')}` : 'No level known yet',
  ].join('. ');
}

/** The last candles, newest first. */
export function lastCandles(fold: CandleFold): Candle[] {
  return fold.candles.slice(-TABLE_ROWS).reverse();
}
