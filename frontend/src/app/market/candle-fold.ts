import { DayData, NO_TICK } from '../api/day-data';
import { Slot, WindowIndex } from '../ui/units';

/** Seconds of one candle, the desk's bar. */
export const CANDLE_S = 120;

/** One candle in ticks and contracts. `open` to `close` are NO_TICK while nothing has traded in it. */
export interface Candle {
  startS: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
  buyVolume: number;
  sellVolume: number;
}

export function traded(candle: Candle): boolean {
  return candle.open !== NO_TICK;
}

/**
 * The day's candles as they stood at a window's end: those from before the lead-in, then the windows folded two minutes at a time.
 *
 * Slots are even: a two-minute stretch in which nothing traded has its empty candle, so that time and place are one straight line.
 */
export class CandleFold {
  readonly candles: Candle[] = [];
  readonly firstS: number;
  /** Points in a tick. */
  readonly tick: number;
  private folded: WindowIndex = 0;

  constructor(private readonly data: DayData) {
    const history = data.candles;
    this.tick = data.day.tick;
    this.firstS = history.startS.length ? history.startS[0] : CANDLE_S * Math.floor(data.day.lead_in_start_s / CANDLE_S);
    history.startS.forEach((startS, i) => {
      this.padTo(this.slotOf(startS));
      this.candles[this.slotOf(startS)] = {
        startS,
        open: history.open[i],
        high: history.high[i],
        low: history.low[i],
        close: history.close[i],
        volume: history.volume[i],
        buyVolume: history.buyVolume[i],
        sellVolume: history.sellVolume[i],
      };
    });
  }

  slotOf(s: number): Slot {
    return Math.floor((s - this.firstS) / CANDLE_S);
  }

  /** Makes the candles hold windows [0, count) and nothing later. Returns the first slot that may differ from before. */
  moveTo(count: number): Slot {
    const from = count < this.folded ? this.backTo(count) : this.folded;
    const firstChanged = from < count ? this.slotOf(this.data.startS(from)) : this.candles.length;
    for (let window = from; window < count; window++) this.add(window);
    this.folded = count;
    return Math.min(firstChanged, this.candles.length);
  }

  /** Drops the candle that window `count - 1` lies in and all later ones; returns the first window that is to be folded again. */
  private backTo(count: number): WindowIndex {
    const { lead_in_start_s, window_s } = this.data.day;
    const slot = this.slotOf(this.data.startS(Math.max(0, count - 1)));
    this.candles.length = Math.min(this.candles.length, slot);
    return Math.max(0, Math.ceil((this.firstS + slot * CANDLE_S - lead_in_start_s) / window_s));
  }

  private add(window: WindowIndex): void {
    const { open, high, low, close, volume, buyVolume, sellVolume } = this.data;
    const slot = this.slotOf(this.data.startS(window));
    this.padTo(slot + 1);
    const candle = this.candles[slot];
    candle.volume += volume[window];
    candle.buyVolume += buyVolume[window];
    candle.sellVolume += sellVolume[window];
    if (open[window] === NO_TICK) return;
    if (traded(candle)) {
      candle.high = Math.max(candle.high, high[window]);
      candle.low = Math.min(candle.low, low[window]);
    } else {
      candle.open = open[window];
      candle.high = high[window];
      candle.low = low[window];
    }
    candle.close = close[window];
  }

  private padTo(slots: number): void {
    while (this.candles.length < slots) {
      const startS = this.firstS + this.candles.length * CANDLE_S;
      this.candles.push({ startS, open: NO_TICK, high: NO_TICK, low: NO_TICK, close: NO_TICK, volume: 0, buyVolume: 0, sellVolume: 0 });
    }
  }
}
