import {
  ChangeDetectionStrategy,
  Component,
  DestroyRef,
  ElementRef,
  Injector,
  afterNextRender,
  computed,
  effect,
  inject,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { DayData } from '../api/day-data';
import { Meanings } from '../api/meanings';
import { Replay } from '../board/replay';
import { CandleFold } from '../market/candle-fold';
import { candleSummary, candleTable, lastCandles } from '../market/candle-summary';
import { duration } from '../ui/duration';
import { points } from '../ui/format';
import { newYork } from '../ui/new-york';
import { NextFrame } from '../ui/next-frame';
import { PanelFrame } from '../ui/panel-frame';
import { PanelState } from '../ui/panel-state';
import { StateNote } from '../ui/state-note';
import { Theme } from '../ui/theme';
import { throttled } from '../ui/throttled';
import { EpochS, Px, Ticks } from '../ui/units';
import { named } from '../ui/words';
import { crossText, pinnedText } from './cross-text';
import { flashChanged } from './flash';
import { HORIZONS_S, SPANS, StageLook } from '../board/look';
import { FOOT, HEAD, Paint, paintCross, paintStage } from './paint';
import { OLDER, Ramp, gradient, ground } from './ramp';
import { StrikeRows, middleStrike, rowCount, strikeRows } from './rows';
import { Barriers, StageScene, stageScene } from './scene';
import { StrikeTable } from './strike-table';
import { StrikeRow, strikeRowsAt, wallsBeyond } from './strikes';

/** The eye follows no more: ten a second. */
const UPDATE_MS = 100;
/** How near the pointer must be to a level for its meaning to show. */
const LEVEL_REACH: Px = 5;
/** Share of a span that one notch of the wheel adds or takes. */
const ZOOM = 0.002;

interface Size {
  /** Width of the plot. */
  width: Px;
  /** Height that the rows may take. */
  room: Px;
  gutter: Px;
  ratio: number;
}

/** One canvas and one table on the same price axis: candles, what rests, walls, trades and who leads, as known at the cursor. */
@Component({
  selector: 'sp-stage',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, StateNote, StrikeTable],
  templateUrl: './stage.html',
  styleUrl: './stage.css',
})
export class Stage {
  protected readonly replay = inject(Replay);
  protected readonly look = inject(StageLook);
  private readonly theme = inject(Theme);
  private readonly destroyed = inject(DestroyRef);
  private readonly injector = inject(Injector);
  private readonly host: HTMLElement = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly canvas = viewChild<ElementRef<HTMLCanvasElement>>('canvas');
  private readonly body = viewChild<ElementRef<HTMLElement>>('body');
  protected readonly spans = SPANS;
  protected readonly horizons = HORIZONS_S;
  protected readonly head = HEAD;
  protected readonly foot = FOOT;

  private readonly size = signal<Size>({ width: 0, room: 0, gutter: 0, ratio: 1 });
  /** Where the pointer is, in the chart or over a row. */
  private readonly pointed = signal<{ s: EpochS | null; ticks: Ticks } | null>(null);
  /** A strike that is kept in sight of the reader. */
  protected readonly pinned = signal<Ticks | null>(null);
  /** Fetched once the pointer is first over the chart. */
  private readonly meanings = signal<Meanings | null>(null);
  private drag: { x: Px; y: Px; backS: number; shift: number; inGutter: boolean } | null = null;
  private fold: { candles: CandleFold; of: DayData; history: number } | null = null;
  private ramps: { older: Ramp; lens: Ramp; ground: string; theme: string } | null = null;
  private readonly nextFrame = new NextFrame(() => this.paint());

  private readonly frame = throttled(() => {
    const data = this.replay.day();
    data?.revision();
    return { data, index: this.replay.cursor(), level: this.replay.level() };
  }, UPDATE_MS);

  protected readonly state = computed<PanelState>(() => this.replay.tableState('windows'));
  protected readonly heading = computed(() => {
    const { data, index, level } = this.frame();
    if (!data || index < 0) return 'The level';
    const ticks = data.levelAt(level, data.endS(index));
    const arrow = this.replay.approachDir() === 'from_below' ? '↗' : '↘';
    const price = Number.isNaN(ticks) ? 'not known yet' : points(ticks, data.day.tick);
    return `${data.levelName(level)} ${price} ${arrow} ${named(this.replay.approachDir())}`;
  });
  protected readonly unit = computed(() => {
    const { answer } = this.replay.setup();
    const { data, index, level } = this.frame();
    const nearS = data?.conditions.get(level)?.nearS[index] ?? 0;
    const near = nearS > 0 ? `, near for ${duration(nearS)}` : '';
    return answer && data && data.endS(index) - answer.setup.ts_s < data.day.window_s ? `${named(answer.setup.episode_kind)}${near}` : '';
  });
  /** The rows that the stage shows; null without a day or a price. */
  private readonly rows = computed<StrikeRows | null>(() => {
    const { data, index, level } = this.frame();
    const { room } = this.size();
    if (!data || index < 0 || room <= 0) return null;
    const step = data.day.ladder.step_ticks;
    const { rows, shift } = this.look.now();
    const middle = middleStrike(data.levelAt(level, data.endS(index)), lastMid(data, index), step, rowCount(room, rows));
    return Number.isNaN(middle) ? null : strikeRows(middle, shift, step, room, rows);
  });
  protected readonly rowHeight = computed(() => this.rows()?.height ?? 24);
  protected readonly strikes = computed<{ rows: StrikeRow[]; tick: number; data: DayData; horizonS: number } | null>(() => {
    const { data, index, level } = this.frame();
    const rows = this.rows();
    if (!data || !rows || isMissing(this.ladderState())) return null;
    const horizonS = data.horizonS();
    const found = strikeRowsAt(data, rows.strikes(), { index, levelTicks: data.levelAt(level, data.endS(index)) });
    return found === null ? null : { rows: found, tick: data.day.tick, data, horizonS };
  });
  /** `▲ 70 asks at 6801, 3.3x`: walls that stand out of sight. */
  protected readonly beyond = computed(() => {
    const { data, index } = this.frame();
    const rows = this.rows();
    if (!data || !rows) return [];
    return wallsBeyond(data, index, rows.topTicks, rows.lowTicks).map(({ side, strikeTicks, depth, times }) => {
      const size = times === null ? '' : `, ${times.toFixed(1)}x`;
      const strike = points(strikeTicks, data.day.tick).replace(/\.00$/, '');
      return `${strikeTicks > rows.topTicks ? '▲' : '▼'} ${depth} ${side}s at ${strike}${size}`;
    });
  });
  /** What the level under the pointer is. */
  protected readonly levelTitle = computed(() => {
    const [pointed, scene] = [this.pointed(), this.scene()];
    if (!pointed || !scene) return '';
    const near = scene.candles.lines.find(({ ticks }) => Math.abs(scene.rows.toY(ticks) - scene.rows.toY(pointed.ticks)) <= LEVEL_REACH);
    if (!near) return '';
    const meaning = this.meanings()?.levels().get(near.levelId)?.meaning;
    return `${near.name} ${points(near.ticks, scene.tick)}${meaning ? `: ${meaning}` : ''}`;
  });
  protected readonly ladderState = computed(() => this.replay.tableState('ladder'));
  protected readonly heatState = computed(() => this.replay.tableState('heat'));
  protected readonly ladderProblem = computed(() => isMissing(this.ladderState()));
  protected readonly heatProblem = computed(() => isMissing(this.heatState()));
  /** Whether there is no book to show although the day is there. */
  protected readonly isGap = computed(() => this.frame().data !== null && this.rows() !== null && this.strikes() === null);
  protected readonly hovered = computed(() => {
    const pointed = this.pointed();
    const rows = this.rows();
    return pointed && rows ? rows.strikeOf(pointed.ticks) : null;
  });
  protected readonly cut = computed(() => this.scene()?.cut ?? null);
  protected readonly legend = computed(() => gradient(this.theme.name()));
  protected readonly summary = computed(() => {
    const scene = this.scene();
    const { data } = this.frame();
    return scene && data ? candleSummary(data, scene.fold, scene.candles) : '';
  });
  /** Those of the table, which is shown in place of the picture. */
  protected readonly candles = computed(() => {
    const folded = this.folded();
    return folded ? lastCandles(folded.candles).map((candle) => candleTable(candle, folded.candles.tick)) : [];
  });
  protected readonly caption = computed(
    () => `Last candles at ${newYork(this.replay.cursorS())} New York, prices in points, volume in contracts`,
  );
  protected readonly pinnedText = computed(() => {
    const pinned = this.pinned();
    const { data, index } = this.frame();
    return pinned !== null && data && index >= 0 ? pinnedText(data, index, pinned) : '';
  });

  /** The candles up to the end of the time axis, an object of its own each time: the fold itself stays the same. */
  private readonly folded = computed<{ candles: CandleFold } | null>(() => {
    const { data, index } = this.frame();
    if (!data || index < 0) return null;
    const candles = this.foldFor(data);
    candles.moveTo(data.indexOfEnd(Math.max(data.endS(0), data.endS(index) - this.look.now().backS)) + 1);
    return { candles };
  });
  /** The picture to paint; null where there is nothing to show or no room to show it in. */
  private readonly scene = computed<StageScene | null>(() => {
    const { data, index, level } = this.frame();
    const rows = this.rows();
    const { width } = this.size();
    const folded = this.folded();
    if (!data || !rows || !folded || width < 120) return null;
    return stageScene({
      data,
      fold: folded.candles,
      index,
      width,
      rows,
      look: this.look.now(),
      levelIds: this.replay.boardLevels(),
      selected: level,
      episodes: this.replay.episodes(),
      barriers: this.barriers(),
      isComing: this.replay.approach() !== null,
    });
  });

  constructor() {
    effect(() => {
      this.scene();
      this.theme.colours();
      this.pointed();
      this.pinned();
      untracked(() => this.nextFrame.request());
    });
    effect(() => {
      const rows = this.strikes();
      const isCalm = this.replay.speed() <= 30 || !this.replay.playing();
      untracked(() => {
        if (rows) flashChanged(this.host, rows.rows, isCalm);
      });
    });
    effect((cleanup) => {
      const body = this.body()?.nativeElement;
      const canvas = this.canvas()?.nativeElement;
      if (!body || !canvas) return;
      const observer = new ResizeObserver(() => this.measure(body, canvas));
      observer.observe(body);
      observer.observe(canvas);
      cleanup(() => observer.disconnect());
    });
    afterNextRender(() => void document.fonts?.ready.then(() => this.nextFrame.request()));
    this.destroyed.onDestroy(() => this.nextFrame.cancel());
  }

  protected wheel(event: WheelEvent): void {
    event.preventDefault();
    const data = this.replay.day();
    if (!data) return;
    if (event.ctrlKey) return this.look.setRows(this.look.now().rows + 2 * Math.sign(event.deltaY));
    const most = (data.windows * data.day.window_s) / 60;
    this.look.setSpan(this.look.now().span * Math.exp(event.deltaY * ZOOM), most);
  }

  protected press(event: PointerEvent): void {
    const { backS, shift } = this.look.now();
    this.drag = { x: event.offsetX, y: event.offsetY, backS, shift, inGutter: event.offsetX > this.size().width };
    (event.target as HTMLElement).setPointerCapture(event.pointerId);
  }

  protected move(event: PointerEvent): void {
    const scene = this.scene();
    if (!scene) return;
    if (this.drag && event.buttons !== 0) {
      const strikes = Math.round((event.offsetY - this.drag.y) / scene.rows.height);
      const seconds = this.drag.inGutter ? 0 : (event.offsetX - this.drag.x) / scene.timeline.perS;
      this.look.pan(this.drag.backS + Math.max(-this.drag.backS, seconds), this.drag.shift + strikes);
    }
    const y = event.offsetY - HEAD;
    if (this.meanings() === null) this.meanings.set(this.injector.get(Meanings));
    const isInside = event.offsetX < scene.timeline.width && y >= 0 && y < scene.rows.bottom;
    this.pointed.set(isInside ? { s: scene.timeline.toS(event.offsetX), ticks: scene.rows.toTicks(y) } : null);
  }

  protected release(): void {
    this.drag = null;
  }

  protected leave(): void {
    this.pointed.set(null);
  }

  protected overRow(strikeTicks: Ticks | null): void {
    const step = this.replay.day()?.day.ladder.step_ticks ?? 1;
    this.pointed.set(strikeTicks === null ? null : { s: null, ticks: strikeTicks + Math.floor((step - 1) / 2) });
  }

  protected pin(strikeTicks: Ticks): void {
    this.pinned.update((pinned) => (pinned === strikeTicks ? null : strikeTicks));
  }

  private measure(body: HTMLElement, canvas: HTMLCanvasElement): void {
    const style = getComputedStyle(body);
    const gutter = parseFloat(style.getPropertyValue('--gutter'));
    const isStacked = style.gridTemplateColumns.split(' ').length === 1;
    this.size.set({
      width: Math.floor(canvas.clientWidth - gutter),
      room: Math.floor(body.clientHeight / (isStacked ? 2 : 1) - HEAD - FOOT),
      gutter,
      ratio: devicePixelRatio,
    });
  }

  private barriers(): Barriers | null {
    const { answer } = this.replay.setup();
    const { data, index } = this.frame();
    if (!answer || !data || data.endS(index) - answer.setup.ts_s >= data.day.window_s) return null;
    const { level_ticks, barrier_ticks, approach_dir } = answer.setup;
    const isUp = approach_dir === 'from_below';
    const side = isUp ? 1 : -1;
    return { through: level_ticks + side * barrier_ticks, back: level_ticks - side * barrier_ticks, isUp };
  }

  private foldFor(data: DayData): CandleFold {
    const history = data.candles.startS.length;
    if (this.fold?.of !== data || this.fold.history !== history) this.fold = { candles: new CandleFold(data), of: data, history };
    return this.fold.candles;
  }

  private rampsFor(): { older: Ramp; lens: Ramp; ground: string } {
    const theme = this.theme.name();
    if (this.ramps?.theme !== theme) this.ramps = { older: new Ramp(theme, OLDER), lens: new Ramp(theme, 1), ground: ground(theme), theme };
    return this.ramps;
  }

  private paint(): void {
    const canvas = this.canvas()?.nativeElement;
    const { width, gutter, ratio } = this.size();
    const [scene, data] = [this.scene(), this.frame().data];
    if (!canvas || !scene || !data) return;
    const height = HEAD + scene.rows.bottom + FOOT;
    const [columns, lines] = [Math.round((width + gutter) * ratio), Math.round(height * ratio)];
    if (canvas.width !== columns || canvas.height !== lines) [canvas.width, canvas.height] = [columns, lines];
    const brush = canvas.getContext('2d')!;
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    brush.clearRect(0, 0, width + gutter, height);
    const paint: Paint = { scene, data, colours: this.theme.colours(), ramps: this.rampsFor(), width, gutter };
    paintStage(brush, paint);
    const cross = this.crossAt(scene, data);
    if (cross) paintCross(brush, paint, cross);
    this.mark({ cursor: this.frame().index, plot: width, gutter, head: HEAD, bottom: HEAD + scene.rows.bottom, row: scene.rows.height });
  }

  /** Says on the element where the parts of the picture lie. */
  private mark(parts: Record<string, number>): void {
    for (const [name, value] of Object.entries(parts)) this.host.dataset[name] = String(value);
  }

  private crossAt(scene: StageScene, data: DayData): { s: EpochS; ticks: Ticks; text: string } | null {
    const pointed = this.pointed();
    const pinned = this.pinned();
    if (pointed === null && pinned === null) return null;
    const ticks = pointed?.ticks ?? pinned!;
    const s = pointed?.s ?? scene.timeline.untilS;
    return { s, ticks, text: crossText(data, this.frame().index, s, ticks) };
  }
}

function isMissing({ kind }: PanelState): boolean {
  return kind === 'empty' || kind === 'error';
}

/** The newest middle of best bid and offer at or before a window; NaN where there was none yet. */
function lastMid(data: DayData, index: number): Ticks {
  for (let window = index; window >= 0; window--) {
    const mid = data.midAt(window);
    if (!Number.isNaN(mid)) return mid;
  }
  return NaN;
}
