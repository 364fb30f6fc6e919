import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { DayData } from '../api/day-data';
import { Replay } from '../board/replay';
import { points } from '../ui/format';
import { newYork, newYorkMinute } from '../ui/new-york';
import { PanelFrame } from '../ui/panel-frame';
import { Theme } from '../ui/theme';
import { Slot } from '../ui/units';
import { CandleChart } from './candle-chart';
import { CANDLE_S, Candle, CandleFold, traded } from './candle-fold';
import { candleSummary, candleText, lastCandles } from './candle-summary';
import { candleScene } from './candles.geometry';
import { HeatBitmap } from './heat-bitmap';
import { ramp, rampTable } from './ramp';

/** Two-minute candles with the levels, their tests and confirmed breaks, as known at the cursor. */
@Component({
  selector: 'sp-candles',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  templateUrl: './candles.html',
  styleUrls: ['../ui/picture.css', './candles.css'],
})
export class CandlesPanel {
  protected readonly replay = inject(Replay);
  private readonly theme = inject(Theme);
  private readonly host: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly place = viewChild.required<ElementRef<HTMLElement>>('place');

  protected readonly state = computed(() => this.replay.tableState('windows'));
  /** Heads the panel's table. */
  protected readonly caption = computed(
    () => `Last candles at ${newYork(this.replay.cursorS())} New York, prices in points, volume in contracts`,
  );
  private readonly pointed = signal<Slot | null>(null);
  /** Rises by one whenever the candles stand at another moment. */
  private readonly moved = signal(0);
  private readonly chart = signal<CandleChart | null>(null);
  private fold: CandleFold | null = null;
  private foldOf: { data: DayData; history: number } | null = null;
  private heat: { bitmap: HeatBitmap; data: DayData; table: Uint32Array } | null = null;
  private readonly table = computed(() => rampTable(ramp(this.theme.colours())));

  protected readonly readout = computed(() => {
    this.moved();
    const candles = this.fold?.candles ?? [];
    const candle = candles[this.pointed() ?? -1] ?? candles.at(-1);
    return candle && this.fold ? candleText(candle, this.fold.tick) : '';
  });
  protected readonly rows = computed(() => {
    this.moved();
    const { fold } = this;
    return fold ? lastCandles(fold).map((candle) => tableRow(candle, fold.tick)) : [];
  });

  constructor() {
    effect(() => {
      const chart = this.chart();
      const data = this.replay.day();
      const count = this.replay.cursor() + 1;
      data?.revision();
      const chosen = { levelIds: this.replay.boardLevels(), selected: this.replay.level(), episodes: this.replay.episodes() };
      const colours = this.theme.colours();
      const heatUnder = this.replay.heatUnder();
      if (!chart || !data || count < 1) return;
      untracked(() => {
        const fold = this.foldFor(data);
        const changed = fold.moveTo(count);
        const scene = candleScene(data, fold, count, chosen);
        if (!heatUnder) this.heat = null;
        const heat = heatUnder ? { bitmap: this.heatFor(data, count), dayS: data.startS(0) } : null;
        chart.show(fold, changed, { scene, colours, tick: fold.tick, firstS: fold.firstS, heat });
        chart.describe(candleSummary(data, fold, scene));
        this.host.dataset['resets'] = String(chart.resets);
        this.host.dataset['cursor'] = String(count - 1);
        this.moved.update((n) => n + 1);
      });
    });
    effect(() => {
      const colours = this.theme.colours();
      untracked(() => this.chart()?.recolour(colours));
    });
    afterNextRender(() => this.makeChart());
    inject(DestroyRef).onDestroy(() => this.chart()?.remove());
  }

  /** The chart is made once; `data-rebuilds` counts every making after that. */
  private makeChart(): void {
    const chart = new CandleChart(this.place().nativeElement, this.theme.colours());
    chart.onPoint((slot) => this.pointed.set(slot));
    this.host.dataset['rebuilds'] = String(Number(this.host.dataset['rebuilds'] ?? -1) + 1);
    this.chart.set(chart);
  }

  private foldFor(data: DayData): CandleFold {
    const history = data.candles.startS.length;
    if (!this.fold || this.foldOf?.data !== data || this.foldOf.history !== history) {
      this.fold = new CandleFold(data);
      this.foldOf = { data, history };
    }
    return this.fold;
  }

  private heatFor(data: DayData, count: number): HeatBitmap {
    const table = this.table();
    if (this.heat?.data !== data || this.heat.table !== table) {
      this.heat = { bitmap: new HeatBitmap(data, CANDLE_S / data.day.window_s, table), data, table };
    }
    this.heat.bitmap.show(count);
    return this.heat.bitmap;
  }
}

function tableRow(candle: Candle, tick: number): { time: string; figures: (string | number)[] } {
  const prices = [candle.open, candle.high, candle.low, candle.close].map((ticks) => (traded(candle) ? points(ticks, tick) : '–'));
  return { time: newYorkMinute(candle.startS), figures: [...prices, candle.volume, candle.buyVolume, candle.sellVolume] };
}
