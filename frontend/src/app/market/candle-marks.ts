import type {
  AutoscaleInfo,
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesPrimitive,
  PrimitivePaneViewZOrder,
  SeriesAttachedParameter,
  Time,
} from 'lightweight-charts';
import { Colours } from '../ui/palette';
import { EpochS, Px, Ticks } from '../ui/units';
import { AxisView, paintAxis, paintOver, paintTimes, paintUnder } from './candle-painter';
import { CandleScene, candleX, roomForLevel } from './candles.geometry';
import { HeatBitmap } from './heat-bitmap';
import { Brush } from './strokes';

/** Ticks from price within which the axis makes room for the selected level: 15 points of ES. */
const ROOM_TICKS: Ticks = 60;

/** What is drawn around the candles, at one moment and in one theme. */
export interface Marks {
  scene: CandleScene;
  colours: Colours;
  tick: number;
  /** Start of the chart's first candle. */
  firstS: EpochS;
  /** Resting size under the candles, null when it is switched off. */
  heat: { bitmap: HeatBitmap; dayS: EpochS } | null;
}

/** The chart's side of the marks: it asks the series where time and price lie and lets the painter paint. */
export class CandleMarks implements ISeriesPrimitive<Time> {
  private marks: Marks | null = null;
  private host: SeriesAttachedParameter<Time, 'Candlestick'> | null = null;
  private readonly views: readonly IPrimitivePaneView[] = [
    view('bottom', (brush, size) => this.inAxes((axes) => paintUnder(brush, axes, size.width))),
    view('top', (brush, size) => this.inAxes((axes) => paintOver(brush, axes, size.width))),
  ];
  private readonly axisViews: readonly IPrimitivePaneView[] = [
    view('normal', (brush, size) => this.inAxes((axes) => paintAxis(brush, axes, size.width))),
  ];

  private readonly timeViews: readonly IPrimitivePaneView[] = [
    view('normal', (brush, size) => this.inAxes((axes) => paintTimes(brush, axes, size.width, size.height))),
  ];

  show(marks: Marks): void {
    this.marks = marks;
  }

  redraw(): void {
    this.host?.requestUpdate();
  }

  attached(host: SeriesAttachedParameter<Time, 'Candlestick'>): void {
    this.host = host;
  }

  detached(): void {
    this.host = null;
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return this.views;
  }

  priceAxisPaneViews(): readonly IPrimitivePaneView[] {
    return this.axisViews;
  }

  timeAxisPaneViews(): readonly IPrimitivePaneView[] {
    return this.timeViews;
  }

  autoscaleInfo(): AutoscaleInfo | null {
    if (!this.marks) return null;
    const { scene, tick } = this.marks;
    const room = roomForLevel(scene, ROOM_TICKS);
    return room && { priceRange: { minValue: room.low * tick, maxValue: room.high * tick } };
  }

  /** Calls `paint` with the axes as they stand; not at all while the chart has no candle to measure by. */
  private inAxes(paint: (axes: AxisView) => void): void {
    if (!this.host || !this.marks) return;
    const { chart, series } = this.host;
    const { marks } = this;
    const timeScale = chart.timeScale();
    const { height } = chart.paneSize(0);
    const x0 = timeScale.logicalToCoordinate(0 as never);
    const x1 = timeScale.logicalToCoordinate(1 as never);
    const upper = series.coordinateToPrice(0);
    const lower = series.coordinateToPrice(height);
    if (x0 === null || x1 === null || upper === null || lower === null || upper === lower) return;
    const [high, low] = [upper / marks.tick, lower / marks.tick];
    paint({
      ...marks,
      height,
      high,
      low,
      toX: candleX(marks.firstS, x0, x1 - x0),
      toY: (ticks) => ((high - ticks) / (high - low)) * height,
    });
  }
}

function view(zOrder: PrimitivePaneViewZOrder, paint: (brush: Brush, size: { width: Px; height: Px }) => void): IPrimitivePaneView {
  const renderer: IPrimitivePaneRenderer = {
    draw: (target) => target.useMediaCoordinateSpace(({ context, mediaSize }) => paint(context, mediaSize)),
  };
  return { zOrder: () => zOrder, renderer: () => renderer };
}
