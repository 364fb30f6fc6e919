import { Slot } from '../ui/units';
import { Candle, CandleFold } from './candle-fold';

/** Where candles are shown. `put` replaces the last candle shown or adds the one after it. */
export interface CandleSink {
  reset(candles: readonly Candle[]): void;
  put(candle: Candle): void;
}

/** Keeps a chart's candles at the cursor: what changed is sent, or all of them anew where some are gone. */
export class CandleFeed {
  /** How often all candles were sent. */
  resets = 0;
  private fold: CandleFold | null = null;
  private shown = 0;

  constructor(private readonly sink: CandleSink) {}

  /** Sends the fold's candles from slot `changed` on; false where there are none to send. */
  show(fold: CandleFold, changed: Slot): boolean {
    const { candles } = fold;
    const anew = fold !== this.fold || candles.length < this.shown;
    if (anew) {
      this.sink.reset(candles);
      this.resets++;
    } else {
      for (let slot = changed; slot < candles.length; slot++) this.sink.put(candles[slot]);
    }
    this.fold = fold;
    this.shown = candles.length;
    return anew || changed < candles.length;
  }
}
