import { Candle, CandleFold } from './candle-fold';

/** Where candles are shown. `update` replaces the last candle shown or adds the one after it. */
export interface CandleSink {
  reset(candles: readonly Candle[]): void;
  update(candle: Candle): void;
}

/** Keeps a chart's candles at the cursor: to the right only what changed is sent, to the left all of them anew. */
export class CandleFeed {
  /** How often all candles were sent. */
  resets = 0;
  private fold: CandleFold | null = null;
  private shown = 0;

  constructor(private readonly sink: CandleSink) {}

  show(fold: CandleFold, count: number): void {
    const changed = fold.moveTo(count);
    const { candles } = fold;
    if (fold !== this.fold || candles.length < this.shown) {
      this.sink.reset(candles);
      this.resets++;
    } else {
      for (let slot = changed; slot < candles.length; slot++) this.sink.update(candles[slot]);
    }
    this.fold = fold;
    this.shown = candles.length;
  }
}
