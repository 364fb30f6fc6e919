import {
  CandlestickSeries,
  CrosshairMode,
  HistogramSeries,
  IChartApi,
  ISeriesApi,
  MouseEventParams,
  Time,
  UTCTimestamp,
  createChart,
} from 'lightweight-charts';
import { points, whole } from '../ui/format';
import { newYork, newYorkMinute } from '../ui/new-york';
import { Colours } from '../ui/palette';
import { Px, Slot } from '../ui/units';
import { CandleFeed, CandleSink } from './candle-feed';
import { Candle, CandleFold, traded } from './candle-fold';
import { CandleMarks, Marks } from './candle-marks';
import { axisWidth } from './candle-painter';

/** Candles of empty room between the last one and the price axis. */
const RIGHT_ROOM = 2;
/** Width of a candle's slot before the reader zooms. */
const SPACING: Px = 8;

/**
 * The candle chart: made once, fed at every cursor, recoloured in place.
 *
 * It follows the cursor until the reader drags it away; a double click follows again.
 */
export class CandleChart {
  private readonly chart: IChartApi;
  private readonly series: ISeriesApi<'Candlestick'>;
  private readonly volume: ISeriesApi<'Histogram'>;
  private readonly marks = new CandleMarks();
  private readonly feed: CandleFeed;
  private readonly measure = document.createElement('canvas').getContext('2d')!;
  private readonly leaving = new AbortController();
  private fold: CandleFold | null = null;
  private picture: HTMLCanvasElement | null = null;
  private colours: Colours;
  private width: Px = 0;
  private following = true;

  constructor(
    private readonly host: HTMLElement,
    colours: Colours,
  ) {
    this.colours = colours;
    this.chart = createChart(host, {
      autoSize: true,
      layout: { attributionLogo: true, fontSize: 11 },
      localization: { timeFormatter: (time: Time) => newYork(time as number), locale: 'en-GB' },
      crosshair: { mode: CrosshairMode.Normal },
      grid: { horzLines: { visible: false }, vertLines: { visible: false } },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.06 } },
      timeScale: {
        borderVisible: false,
        rightOffset: RIGHT_ROOM,
        barSpacing: SPACING,
        minBarSpacing: 1,
        rightBarStaysOnScroll: true,
        shiftVisibleRangeOnNewBar: false,
        timeVisible: true,
        tickMarkFormatter: (time: Time) => newYorkMinute(time as number),
      },
      handleScroll: { vertTouchDrag: false },
    });
    this.series = this.chart.addSeries(CandlestickSeries, { lastValueVisible: false, priceLineVisible: false });
    this.volume = this.chart.addSeries(
      HistogramSeries,
      {
        lastValueVisible: false,
        priceLineVisible: false,
        priceFormat: { type: 'custom', minMove: 1, formatter: whole },
      },
      1,
    );
    this.series.attachPrimitive(this.marks);
    this.chart.panes()[0].setStretchFactor(4);
    this.chart.panes()[1].setStretchFactor(1);
    this.chart.priceScale('right', 1).applyOptions({ scaleMargins: { top: 0.25, bottom: 0 } });
    this.feed = new CandleFeed(this.sink());
    this.recolour(colours);
    this.watchReader();
  }

  /** How often all candles were sent anew, the first time of each day included. */
  get resets(): number {
    return this.feed.resets;
  }

  /**
   * Shows the fold's candles, which differ from before from slot `changed` on, with the marks around them.
   *
   * Candles that are sent are drawn anew with the marks. Only where none is are the marks redrawn alone: the library then measures
   * its whole layout again and draws twice.
   */
  show(fold: CandleFold, changed: Slot, marks: Marks): void {
    this.marks.show(marks);
    if (fold !== this.fold) {
      this.fold = fold;
      this.following = true;
      const precision = points(1, fold.tick).split('.')[1].length;
      this.series.applyOptions({ priceFormat: { type: 'price', precision, minMove: fold.tick } });
    }
    if (!this.feed.show(fold, changed)) this.marks.redraw();
    if (this.following) this.follow();
    this.makeRoomForLabels(marks);
  }

  recolour(colours: Colours): void {
    this.colours = colours;
    const { panel, grid, muted, up, down, text } = colours;
    // The library's own labels of time and price are replaced by the marks', which end at the cursor and leave room for the levels.
    this.chart.applyOptions({
      layout: { background: { color: panel }, textColor: 'transparent', panes: { separatorColor: grid, separatorHoverColor: grid } },
      crosshair: { vertLine: { color: muted, labelBackgroundColor: text }, horzLine: { color: muted, labelBackgroundColor: text } },
    });
    this.chart.priceScale('right', 1).applyOptions({ textColor: muted });
    this.series.applyOptions({
      upColor: panel,
      downColor: down,
      borderUpColor: up,
      borderDownColor: down,
      wickUpColor: up,
      wickDownColor: down,
    });
    if (this.fold) this.volume.setData(this.fold.candles.map((candle) => this.volumeBar(candle)));
  }

  /** Says in words what the picture shows: the first canvas is the picture, the others are layers of it. */
  describe(text: string): void {
    this.picture ??= this.findPicture();
    this.picture?.setAttribute('aria-label', text);
  }

  /** Calls `point` with the slot under the pointer, null where there is none. */
  onPoint(point: (slot: Slot | null) => void): void {
    this.chart.subscribeCrosshairMove(({ logical }: MouseEventParams) => point(logical ?? null));
  }

  remove(): void {
    this.leaving.abort();
    this.chart.remove();
  }

  private findPicture(): HTMLCanvasElement | null {
    const [picture, ...layers] = this.host.querySelectorAll('canvas');
    picture?.setAttribute('role', 'img');
    for (const layer of layers) layer.setAttribute('aria-hidden', 'true');
    return picture ?? null;
  }

  private sink(): CandleSink {
    return {
      reset: (candles) => {
        this.series.setData(candles.map((candle) => this.bar(candle)));
        this.volume.setData(candles.map((candle) => this.volumeBar(candle)));
      },
      put: (candle) => {
        this.series.update(this.bar(candle));
        this.volume.update(this.volumeBar(candle));
      },
    };
  }

  private bar(candle: Candle) {
    const time = candle.startS as UTCTimestamp;
    if (!traded(candle)) return { time };
    const { tick } = this.fold!;
    return { time, open: candle.open * tick, high: candle.high * tick, low: candle.low * tick, close: candle.close * tick };
  }

  private volumeBar(candle: Candle) {
    const colour = candle.close >= candle.open ? this.colours.up : this.colours.down;
    return { time: candle.startS as UTCTimestamp, value: candle.volume, color: `${colour}b0` };
  }

  private makeRoomForLabels({ scene, tick }: Marks): void {
    const texts = scene.lines.map((line) => `▲ ${line.name} ${points(line.ticks, tick)}`);
    const width = axisWidth(this.measure, texts);
    if (width === this.width) return;
    this.width = width;
    this.chart.applyOptions({ rightPriceScale: { minimumWidth: width } });
  }

  private follow(): void {
    const scale = this.chart.timeScale();
    if (Math.abs(scale.scrollPosition() - RIGHT_ROOM) > 0.01) scale.scrollToPosition(RIGHT_ROOM, false);
  }

  private watchReader(): void {
    const { signal } = this.leaving;
    const moved = (): void => {
      requestAnimationFrame(() => {
        if (!signal.aborted) this.following = Math.abs(this.chart.timeScale().scrollPosition() - RIGHT_ROOM) < 1;
      });
    };
    this.host.addEventListener('pointerdown', () => addEventListener('pointerup', moved, { once: true, signal }), { signal });
    this.host.addEventListener('wheel', moved, { signal, passive: true });
    this.host.addEventListener('dblclick', () => this.reset(), { signal });
  }

  private reset(): void {
    this.following = true;
    this.chart.timeScale().applyOptions({ barSpacing: SPACING });
    this.chart.priceScale('right', 0).applyOptions({ autoScale: true });
    this.follow();
  }
}
