import type { DayData } from '../api/day-data';
import { CANDLE_S, Candle, traded } from '../market/candle-fold';
import { LevelLine } from '../market/levels';
import { BOLD, Brush, FONT, hatch, labelBox, rimmedText, strokeLevel } from '../market/strokes';
import { spread } from '../ui/axis.geometry';
import { Claims } from '../ui/claims';
import { points } from '../ui/format';
import { newYork, newYorkMinute } from '../ui/new-york';
import type { Colours } from '../ui/palette';
import { EpochS, Px, Ticks } from '../ui/units';
import { paintTests } from './paint-tests';
import { pooled } from './heat';
import { Ramp } from './ramp';
import { HeatStrip, StageScene } from './scene';

/** Above the rows: what the scales are; below them: the time axis. */
export const HEAD: Px = 20;
export const FOOT: Px = 20;
const LABEL: Px = 18;
/** Widest body of a candle, and its share of the room it has. */
const BODY_MOST: Px = 14;
const BODY_SHARE = 0.62;
const DOT_MOST: Px = 8;

/** What a picture is painted with. */
export interface Paint {
  scene: StageScene;
  data: DayData;
  colours: Colours;
  ramps: { older: Ramp; lens: Ramp; ground: string };
  /** Width of the plot and of the gutter right of it. */
  width: Px;
  gutter: Px;
}

/** The pointer: a moment and a tick. */
export interface Cross {
  s: EpochS;
  ticks: Ticks;
  /** What is read off there. */
  text: string;
}

/** Paints the chart: heat, candles, lens, levels, axes. The brush's units are CSS pixels. */
export function paintStage(brush: Brush, paint: Paint): void {
  const { scene, width } = paint;
  const { rows, timeline } = scene;
  paintHead(brush, paint);
  brush.save();
  brush.translate(0, HEAD);
  brush.save();
  brush.beginPath();
  brush.rect(0, 0, width, rows.bottom);
  brush.clip();
  brush.fillStyle = paint.ramps.ground;
  brush.fillRect(0, 0, width, rows.bottom);
  if (scene.older) paintHeat(brush, paint, scene.older, paint.ramps.older, 0, timeline.seamX);
  if (scene.lens) paintHeat(brush, paint, scene.lens, paint.ramps.lens, timeline.seamX, width);
  paintPremarket(brush, paint);
  for (const gap of scene.candles.gaps) hatch(brush, timeline.toX(gap.fromS), 0, timeline.toX(gap.toS), rows.bottom, paint.colours.muted);
  paintCandles(brush, paint);
  paintLens(brush, paint);
  for (const line of scene.candles.lines) {
    strokeLevel(brush, line, inkOf(line, paint.colours), timeline.toX, rows.toY, 0, width);
  }
  const claims = new Claims();
  paintNames(brush, paint, claims);
  paintBarriers(brush, paint, claims);
  paintTests(brush, paint, claims);
  paintComing(brush, paint, claims);
  brush.restore();
  paintPrice(brush, paint);
  brush.restore();
  paintTimes(brush, paint);
}

/** The crosshair over a painted chart: lines, a tag on either axis, and what is read off. */
export function paintCross(brush: Brush, { scene, colours, width, gutter }: Paint, { s, ticks, text }: Cross): void {
  const { rows, timeline, tick } = scene;
  const [x, y] = [timeline.toX(s), rows.toY(ticks)];
  brush.save();
  brush.translate(0, HEAD);
  brush.strokeStyle = colours.strong;
  brush.lineWidth = 1;
  brush.setLineDash([4, 3]);
  brush.beginPath();
  brush.moveTo(Math.round(x) + 0.5, 0);
  brush.lineTo(Math.round(x) + 0.5, rows.bottom);
  brush.moveTo(0, Math.round(y) + 0.5);
  brush.lineTo(width, Math.round(y) + 0.5);
  brush.stroke();
  brush.setLineDash([]);
  tag(brush, points(ticks, tick), width + 2, y, gutter - 4, colours.strong, colours.panel);
  brush.font = BOLD;
  const room = brush.measureText(text).width + 12;
  const left = Math.min(width - room, Math.max(0, x - room - 6));
  const top = y > 30 ? y - 14 : y + 14;
  tag(brush, text, left, top, room, colours.strong, colours.panel);
  brush.restore();
  brush.font = BOLD;
  const time = newYork(s);
  const wide = brush.measureText(time).width + 12;
  const at = Math.min(width - wide, Math.max(0, x - wide / 2));
  tag(brush, time, at, HEAD + rows.bottom + FOOT / 2, wide, colours.strong, colours.panel);
}

function paintHead(brush: Brush, { scene, colours }: Paint): void {
  const { timeline } = scene;
  brush.font = FONT;
  brush.fillStyle = colours.muted;
  brush.textBaseline = 'middle';
  brush.textAlign = 'left';
  brush.fillText(`${CANDLE_S / 60} min a bar`, 8, HEAD / 2);
  if (timeline.hasLens)
    brush.fillText(`last ${(timeline.untilS - timeline.seamS) / 60} min, ${scene.windowS} s a column`, timeline.seamX + 8, HEAD / 2);
}

function paintHeat(brush: Brush, { scene, data }: Paint, { from, to, pool }: HeatStrip, ramp: Ramp, left: Px, right: Px): void {
  const { rows, timeline, cut } = scene;
  const columns = Math.ceil((to - from) / pool);
  const ticks = rows.count * rows.stepTicks;
  if (columns <= 0) return;
  const image = new ImageData(columns, ticks);
  const pixels = new Uint32Array(image.data.buffer);
  const values = new Int32Array(ticks);
  for (let column = 0; column < columns; column++) {
    pooled(data, from + column * pool, Math.min(to, from + (column + 1) * pool), rows.highTicks, values);
    for (let row = 0; row < ticks; row++) pixels[row * columns + column] = ramp.of(values[row], cut);
  }
  const picture = new OffscreenCanvas(columns, ticks);
  picture.getContext('2d')!.putImageData(image, 0, 0);
  const [fromX, toX] = [timeline.toX(data.startS(from)), timeline.toX(data.startS(from + columns * pool))];
  brush.save();
  brush.beginPath();
  brush.rect(left, 0, right - left, rows.bottom);
  brush.clip();
  brush.imageSmoothingEnabled = false;
  brush.drawImage(picture, fromX, 0, toX - fromX, rows.bottom);
  brush.restore();
}

function paintPremarket(brush: Brush, { scene, colours }: Paint): void {
  const { premarket } = scene.candles;
  if (!premarket) return;
  const [left, right] = [Math.max(0, scene.timeline.toX(premarket.fromS)), scene.timeline.toX(premarket.toS)];
  if (right <= left) return;
  brush.globalAlpha = 0.3;
  brush.fillStyle = colours.grid;
  brush.fillRect(left, 0, right - left, scene.rows.bottom);
  brush.globalAlpha = 1;
  if (right - left < 70) return;
  brush.font = FONT;
  brush.textBaseline = 'top';
  brush.textAlign = 'left';
  rimmedText(brush, 'pre-market', left + 6, 4, colours.muted, colours.bg);
}

/** Left of the seam whole candles, up hollow and down filled; right of it no more than their frames. */
function paintCandles(brush: Brush, { scene, colours, width }: Paint): void {
  const { timeline, rows, fold } = scene;
  const first = Math.max(0, fold.slotOf(timeline.fromS));
  for (const candle of fold.candles.slice(first)) {
    if (!traded(candle) || candle.startS >= timeline.untilS) continue;
    const ink = candle.close >= candle.open ? colours.up : colours.down;
    const fromX = timeline.toX(Math.max(candle.startS, timeline.fromS));
    if (candle.startS >= timeline.seamS) {
      const toX = Math.min(width, timeline.toX(candle.startS + CANDLE_S));
      brush.globalAlpha = 0.45;
      brush.strokeStyle = ink;
      brush.lineWidth = 1;
      const top = rows.toY(candle.high + 0.5);
      brush.strokeRect(fromX + 1.5, top, toX - fromX - 3, rows.toY(candle.low - 0.5) - top);
      brush.globalAlpha = 1;
    } else {
      paintCandle(brush, scene, candle, ink, colours.panel);
    }
  }
}

function paintCandle(brush: Brush, { timeline, rows }: StageScene, candle: Candle, ink: string, ground: string): void {
  const slot = CANDLE_S * timeline.perS;
  const middle = timeline.seamX - (timeline.seamS - candle.startS - CANDLE_S / 2) * timeline.perS;
  const body = Math.max(1, Math.min(BODY_MOST, Math.round(slot * BODY_SHARE)));
  const [top, bottom] = [rows.toY(Math.max(candle.open, candle.close) + 0.5), rows.toY(Math.min(candle.open, candle.close) - 0.5)];
  brush.fillStyle = ink;
  brush.fillRect(Math.round(middle) - 0.75, rows.toY(candle.high + 0.5), 1.5, rows.toY(candle.low - 0.5) - rows.toY(candle.high + 0.5));
  const left = Math.round(middle - body / 2);
  brush.fillRect(left, top, body, bottom - top);
  if (candle.close >= candle.open && body > 3) {
    brush.fillStyle = ground;
    brush.fillRect(left + 1.25, top + 1.25, body - 2.5, bottom - top - 2.5);
  }
}

/** Best bid and offer as steps; what traded as discs where it was bought, rings where it was sold. */
function paintLens(brush: Brush, { scene, colours }: Paint): void {
  const { timeline, rows } = scene;
  if (!timeline.hasLens) return;
  brush.strokeStyle = colours.muted;
  brush.lineWidth = 1;
  brush.setLineDash([1, 3]);
  brush.beginPath();
  brush.moveTo(timeline.seamX + 0.5, 0);
  brush.lineTo(timeline.seamX + 0.5, rows.bottom);
  brush.stroke();
  brush.setLineDash([]);
  const [bids, asks] = [quotePath(scene, 'bid'), quotePath(scene, 'ask')];
  brush.lineJoin = 'round';
  brush.lineWidth = 3.5;
  brush.strokeStyle = colours.bg;
  brush.stroke(bids);
  brush.stroke(asks);
  brush.lineWidth = 1.5;
  brush.strokeStyle = colours.up;
  brush.stroke(bids);
  brush.strokeStyle = colours.down;
  brush.stroke(asks);
  const most = Math.max(1, ...scene.dots.map(({ contracts }) => contracts));
  for (const { s, ticks, contracts, bought } of scene.dots) {
    const radius = Math.max(2, DOT_MOST * Math.sqrt(contracts / most));
    brush.beginPath();
    brush.arc(timeline.toX(s + scene.windowS / 2), rows.toY(ticks), radius, 0, 2 * Math.PI);
    brush.lineWidth = 1.75;
    brush.strokeStyle = bought ? colours.bg : colours.down;
    brush.fillStyle = bought ? colours.up : colours.bg;
    brush.fill();
    brush.stroke();
  }
}

/** Along the outer edge of the best price's tick, so that a spread of one tick still shows two lines. */
function quotePath({ quotes, timeline, rows, windowS }: StageScene, side: 'bid' | 'ask'): Path2D {
  const path = new Path2D();
  let isOpen = false;
  for (const quote of quotes) {
    const ticks = quote[side] + (side === 'bid' ? -0.5 : 0.5);
    if (Number.isNaN(ticks)) {
      isOpen = false;
      continue;
    }
    const y = rows.toY(ticks);
    if (isOpen) path.lineTo(timeline.toX(quote.s), y);
    else path.moveTo(timeline.toX(quote.s), y);
    path.lineTo(timeline.toX(quote.s + windowS), y);
    isOpen = true;
  }
  return path;
}

/** Names of the levels in sight at the left edge, the chosen one in a box of its colour. */
function paintNames(brush: Brush, { scene, colours }: Paint, claims: Claims): void {
  const inSight = scene.candles.lines.filter(({ ticks }) => ticks >= scene.rows.lowTicks && ticks <= scene.rows.highTicks);
  const centres = spread(
    inSight.map(({ ticks }) => scene.rows.toY(ticks)),
    LABEL,
    0,
    scene.rows.bottom,
  );
  inSight.forEach((line, place) => paintName(brush, line, centres[place], scene.tick, colours, claims));
}

function paintName(brush: Brush, line: LevelLine, y: Px, tick: number, colours: Colours, claims: Claims): void {
  const text = `${line.name} ${points(line.ticks, tick)}`;
  brush.font = line.selected ? BOLD : FONT;
  const width = brush.measureText(text).width + 10;
  claims.take({ left: 0, right: width + 6, top: y - LABEL / 2, bottom: y + LABEL / 2 });
  const ink = inkOf(line, colours);
  const [fill, letters] = line.selected ? [ink, colours.panel] : [colours.bg, ink];
  labelBox(brush, text, 4, y, width, LABEL - 1, fill, letters, line.selected);
}

/** Where the test is decided, in the lens alone. */
function paintBarriers(brush: Brush, { scene, colours, width }: Paint, claims: Claims): void {
  const { barriers, timeline, rows, tick } = scene;
  if (!barriers) return;
  const left = timeline.hasLens ? timeline.seamX : width / 2;
  for (const [word, ticks, up] of [
    ['through', barriers.through, barriers.isUp],
    ['back', barriers.back, !barriers.isUp],
  ] as const) {
    const y = rows.toY(ticks);
    if (y < 0 || y > rows.bottom) continue;
    const ink = up ? colours.up : colours.down;
    brush.strokeStyle = ink;
    brush.lineWidth = 1.25;
    brush.setLineDash([6, 4]);
    brush.beginPath();
    brush.moveTo(left, Math.round(y) + 0.5);
    brush.lineTo(width, Math.round(y) + 0.5);
    brush.stroke();
    brush.setLineDash([]);
    const text = `${up ? '▲' : '▼'} ${word} ${points(ticks, tick)}`;
    brush.font = BOLD;
    const room = brush.measureText(text).width + 10;
    if (!claims.take({ left: left + 8, right: left + 8 + room, top: y - LABEL / 2, bottom: y + LABEL / 2 })) continue;
    labelBox(brush, text, left + 8, y, room, LABEL - 1, colours.bg, ink, true);
  }
}

/** From the price to the level it comes to. */
function paintComing(brush: Brush, { scene, colours, width }: Paint, claims: Claims): void {
  const { coming, mid, rows, tick } = scene;
  if (coming === null || Number.isNaN(mid)) return;
  const x = width - 44;
  const [from, to] = [rows.toY(mid), rows.toY(coming)];
  const turn = Math.sign(to - from);
  brush.strokeStyle = colours.pm;
  brush.lineWidth = 2;
  brush.beginPath();
  brush.moveTo(x, from);
  brush.lineTo(x, to);
  brush.moveTo(x - 5, to - 7 * turn);
  brush.lineTo(x, to);
  brush.lineTo(x + 5, to - 7 * turn);
  brush.stroke();
  const text = `${(Math.abs(coming - mid) * tick).toFixed(1)} to go`;
  brush.font = BOLD;
  const room = brush.measureText(text).width + 10;
  const y = (from + to) / 2;
  if (claims.take({ left: x - room - 6, right: x - 6, top: y - LABEL / 2, bottom: y + LABEL / 2 }))
    labelBox(brush, text, x - room - 6, y, room, LABEL - 1, colours.bg, colours.pm, true);
}

/** The price at the cursor as a tag that points at the ladder. */
function paintPrice(brush: Brush, { scene, colours, width, gutter }: Paint): void {
  const { mid, rows, tick } = scene;
  if (Number.isNaN(mid)) return;
  const y = Math.min(rows.bottom - LABEL / 2, Math.max(LABEL / 2, rows.toY(mid)));
  const right = width + gutter;
  brush.fillStyle = colours.text;
  brush.beginPath();
  brush.moveTo(width + 2, y - 10);
  brush.lineTo(right - 9, y - 10);
  brush.lineTo(right - 1, y);
  brush.lineTo(right - 9, y + 10);
  brush.lineTo(width + 2, y + 10);
  brush.closePath();
  brush.fill();
  brush.fillStyle = colours.panel;
  brush.font = BOLD;
  brush.textAlign = 'left';
  brush.textBaseline = 'middle';
  const arrow = mid > rows.highTicks ? '▲' : mid < rows.lowTicks ? '▼' : '';
  brush.fillText(arrow + points(mid, tick), width + 6, y + 0.5);
}

function paintTimes(brush: Brush, { scene, colours, width }: Paint): void {
  const y = HEAD + scene.rows.bottom + FOOT / 2;
  brush.textBaseline = 'middle';
  brush.font = BOLD;
  brush.textAlign = 'right';
  brush.fillStyle = colours.strong;
  const now = newYork(scene.timeline.untilS);
  brush.fillText(now, width - 4, y);
  const free = width - brush.measureText(now).width - 12;
  brush.font = FONT;
  brush.textAlign = 'center';
  brush.fillStyle = colours.muted;
  let taken = 0;
  for (const { s, x } of scene.timeline.marks()) {
    if (x - 18 < taken || x + 18 > free) continue;
    brush.fillText(newYorkMinute(s), x, y);
    taken = x + 24;
  }
}

/** The chosen level is always in the colour of the level; the others in that of their kind. */
function inkOf(line: LevelLine, colours: Colours): string {
  return line.selected ? colours.pm : colours[line.style.colour];
}

function tag(brush: Brush, text: string, left: Px, y: Px, width: Px, fill: string, ink: string): void {
  labelBox(brush, text, left, y, width, 20, fill, ink, true);
}
