import { axisPrices, axisTimes } from '../ui/axis.geometry';
import { Claims } from '../ui/claims';
import { points } from '../ui/format';
import { newYorkMinute } from '../ui/new-york';
import { Colours } from '../ui/palette';
import { EpochS, Px, Ticks, ToX, ToY } from '../ui/units';
import { LABEL_HEIGHT, axisLabels, brackets } from './axis-labels.geometry';
import { CANDLE_S } from './candle-fold';
import { Box, CandleScene, Confirmation, LOOK_BACK, LOOK_FORWARD } from './candles.geometry';
import { HeatBitmap } from './heat-bitmap';
import { BOLD, Brush, FONT, hatch, labelBox, rimmedText, strokeLevel } from './strokes';

/** A scene with the axes it is to be painted in. */
export interface AxisView {
  scene: CandleScene;
  colours: Colours;
  tick: number;
  heat: { bitmap: HeatBitmap; dayS: EpochS } | null;
  height: Px;
  high: Ticks;
  low: Ticks;
  toX: ToX;
  toY: ToY;
}

/** Room at the left of the price axis for brackets and for leaders from a price to its label. */
const BRACKET_WIDTH: Px = 9;
const PRICE_APART: Px = 26;
const TIME_APART: Px = 72;
/** Share of the heat's own strength under the candles, so that candles and levels stay in front of it. */
const HEAT_OPACITY = 0.5;
const TEXT_HEIGHT: Px = 12;
/** From a level to the middle of its tests' numbers. */
const NUMBER_AWAY: Px = 10;

/** Room the price axis needs for the widest of its labels. */
export function axisWidth(brush: Brush, texts: readonly string[]): Px {
  brush.font = BOLD;
  return Math.ceil(BRACKET_WIDTH + 8 + Math.max(0, ...texts.map((text) => brush.measureText(text).width)));
}

/** Under the candles: pre-market shade, resting size, price grid, zones, gaps. */
export function paintUnder(brush: Brush, view: AxisView, width: Px): void {
  const { scene, colours, toX, height } = view;
  const right = Math.min(width, toX(scene.untilS));
  if (right <= 0) return;
  brush.save();
  brush.beginPath();
  brush.rect(0, 0, right, height);
  brush.clip();
  if (scene.premarket) paintPremarket(brush, view, Math.max(0, toX(scene.premarket.fromS)), Math.min(right, toX(scene.premarket.toS)));
  if (view.heat) paintHeatUnder(brush, view, view.heat);
  paintGrid(brush, view, right);
  paintZone(brush, view);
  for (const gap of scene.gaps) hatch(brush, toX(gap.fromS), 0, Math.max(toX(gap.toS), toX(gap.fromS) + 1), height, colours.muted);
  brush.restore();
}

function paintPremarket(brush: Brush, { colours, height }: AxisView, left: Px, right: Px): void {
  if (right <= left) return;
  brush.globalAlpha = 0.45;
  brush.fillStyle = colours.grid;
  brush.fillRect(left, 0, right - left, height);
  brush.globalAlpha = 1;
}

function namePremarket(brush: Brush, { colours }: AxisView, left: Px, right: Px): void {
  if (right - left < 70) return;
  brush.font = FONT;
  brush.textAlign = 'left';
  brush.textBaseline = 'top';
  rimmedText(brush, 'pre-market', left + 6, 4, colours.muted, colours.panel);
}

/** The selected level's zones, one in the other: far, near, at. */
function paintZone(brush: Brush, { scene, colours, toX, toY }: AxisView): void {
  const selected = scene.lines.find((line) => line.selected);
  if (!selected) return;
  brush.fillStyle = colours[selected.style.colour];
  for (const { fromS, toS, high, low } of scene.zone) {
    const middle = (high + low) / 2;
    for (const [reach, opacity] of [
      [scene.zoneTicks.far, 0.07],
      [scene.zoneTicks.near, 0.1],
      [scene.zoneTicks.at, 0.14],
    ]) {
      const top = toY(middle + reach);
      brush.globalAlpha = opacity;
      brush.fillRect(toX(fromS), top, toX(toS) - toX(fromS), toY(middle - reach) - top);
    }
  }
  brush.globalAlpha = 1;
}

function paintHeatUnder(brush: Brush, { toX, toY }: AxisView, { bitmap, dayS }: { bitmap: HeatBitmap; dayS: EpochS }): void {
  const picture = bitmap.picture;
  if (!picture) return;
  const x = toX(dayS);
  const y = toY(bitmap.top + 0.5);
  brush.imageSmoothingEnabled = false;
  brush.globalAlpha = HEAT_OPACITY;
  brush.drawImage(
    picture,
    0,
    0,
    bitmap.columns,
    bitmap.height,
    x,
    y,
    toX(dayS + bitmap.columns * CANDLE_S) - x,
    toY(bitmap.top - bitmap.height + 0.5) - y,
  );
  brush.globalAlpha = 1;
}

function gridPrices({ low, high, height, tick }: AxisView): Ticks[] {
  return axisPrices(low, high, height, PRICE_APART, tick);
}

/** Round moments between the left edge and the cursor. */
function gridTimes({ scene, toX }: AxisView): EpochS[] {
  const perS = (toX(scene.untilS) - toX(scene.untilS - CANDLE_S)) / CANDLE_S;
  const fromS = scene.untilS - toX(scene.untilS) / perS;
  return axisTimes(fromS, scene.untilS, toX(scene.untilS), TIME_APART);
}

function paintGrid(brush: Brush, view: AxisView, right: Px): void {
  brush.strokeStyle = view.colours.grid;
  brush.lineWidth = 1;
  brush.beginPath();
  for (const ticks of gridPrices(view)) {
    const y = Math.round(view.toY(ticks)) + 0.5;
    brush.moveTo(0, y);
    brush.lineTo(right, y);
  }
  for (const s of gridTimes(view)) {
    const x = Math.round(view.toX(s)) + 0.5;
    brush.moveTo(x, 0);
    brush.lineTo(x, view.height);
  }
  brush.stroke();
}

/** The time axis in New York time, up to the cursor; a label that an edge would cut is left out. */
export function paintTimes(brush: Brush, view: AxisView, width: Px, height: Px): void {
  brush.font = FONT;
  brush.fillStyle = view.colours.muted;
  brush.textAlign = 'center';
  brush.textBaseline = 'middle';
  for (const s of gridTimes(view)) {
    const x = view.toX(s);
    if (x > 18 && x < width - 18) brush.fillText(newYorkMinute(s), x, height / 2);
  }
}

/** Over the candles: levels, the starts of their tests, confirmed breaks. */
export function paintOver(brush: Brush, view: AxisView, width: Px): void {
  const { scene, colours, toX, toY } = view;
  const right = Math.min(width, toX(scene.untilS));
  if (right <= 0) return;
  brush.save();
  brush.beginPath();
  brush.rect(0, 0, right, view.height);
  brush.clip();
  if (scene.premarket) namePremarket(brush, view, Math.max(0, toX(scene.premarket.fromS)), Math.min(right, toX(scene.premarket.toS)));
  for (const line of scene.lines) strokeLevel(brush, line, colours[line.style.colour], toX, toY, 0, right);
  const claims = new Claims();
  scene.confirmations.toReversed().forEach((found, i) => paintConfirmation(brush, view, found, i === 0, right, claims));
  paintEpisodes(brush, view, right, claims);
  brush.restore();
}

/** Numbers of the level's tests, each on the side that it comes from; the latest first, and none upon another text. */
function paintEpisodes(brush: Brush, { scene, colours, toX, toY }: AxisView, right: Px, claims: Claims): void {
  brush.font = BOLD;
  brush.textBaseline = 'middle';
  for (const { s, number, ticks, fromBelow } of scene.episodes.toReversed()) {
    const x = toX(s);
    const y = toY(ticks) + (fromBelow ? NUMBER_AWAY : -NUMBER_AWAY);
    if (!textWithin(brush, `${number}${fromBelow ? '▲' : '▼'}`, x + 2, y, right, colours.text, colours.panel, claims)) continue;
    brush.fillStyle = colours.text;
    brush.fillRect(Math.round(x), Math.min(y, toY(ticks)), 1, Math.abs(y - toY(ticks)));
  }
}

/** Letters at the two candles of a confirmed break; the newest has its words and its boxes. No text reaches beyond `right`. */
function paintConfirmation(brush: Brush, view: AxisView, found: Confirmation, newest: boolean, right: Px, claims: Claims): void {
  const { colours, toX, toY } = view;
  const colour = found.fromBelow ? colours.up : colours.down;
  const mark = (box: Box, word: string, below: boolean): void => {
    const x = (toX(box.fromS) + toX(box.toS)) / 2;
    const y = below ? toY(box.low) + 5 : toY(box.high) - 5;
    const text = newest ? word : word[0].toUpperCase();
    brush.font = BOLD;
    brush.textBaseline = below ? 'top' : 'bottom';
    triangle(brush, x, y, below ? 1 : -1, colour, colours.panel);
    textWithin(brush, text, x - brush.measureText(text).width / 2, y + (below ? 8 : -8), right, colour, colours.panel, claims);
  };
  if (newest) {
    frame(brush, view, found.lookBack, colours.muted);
    brush.font = FONT;
    brush.textBaseline = 'bottom';
    // One row above the word of the candle that is marked on the box's upper side.
    const above = Math.max(15, toY(found.lookBack.high) - 26);
    textWithin(brush, `look-back ${LOOK_BACK}`, toX(found.lookBack.fromS), above, right, colours.muted, colours.panel, claims);
  }
  if (newest && found.lookForward) {
    frame(brush, view, found.lookForward, colours.text);
    brush.font = FONT;
    brush.textBaseline = found.fromBelow ? 'top' : 'bottom';
    const y = found.fromBelow ? toY(found.lookForward.low) + 5 : toY(found.lookForward.high) - 5;
    textWithin(brush, `next ${LOOK_FORWARD}`, toX(found.lookForward.fromS) + 2, y, right, colours.text, colours.panel, claims);
  }
  mark(found.trigger, 'trigger', found.fromBelow);
  mark(found.confirming, 'confirm', !found.fromBelow);
}

function frame(brush: Brush, { toX, toY }: AxisView, box: Box, colour: string): void {
  const [left, top] = [toX(box.fromS), toY(box.high) - 3];
  brush.strokeStyle = colour;
  brush.lineWidth = 1.5;
  brush.strokeRect(left, top, toX(box.toS) - left, toY(box.low) + 3 - top);
}

/** Text from `left` on, moved left as far as it must to end before `right`; false, and none, where its room is taken. */
function textWithin(brush: Brush, text: string, left: Px, y: Px, right: Px, ink: string, ground: string, claims: Claims): boolean {
  const width = brush.measureText(text).width;
  const x = Math.min(left, right - width - 2);
  const top = y - { top: 0, middle: TEXT_HEIGHT / 2, bottom: TEXT_HEIGHT }[brush.textBaseline as 'top' | 'middle' | 'bottom'];
  if (!claims.take({ left: x, right: x + width, top, bottom: top + TEXT_HEIGHT })) return false;
  brush.textAlign = 'left';
  rimmedText(brush, text, x, y, ink, ground);
  return true;
}

/** A triangle whose tip is at (x, y) and whose base lies `down` (1) or up (-1) of it. */
function triangle(brush: Brush, x: Px, y: Px, down: 1 | -1, colour: string, ground: string): void {
  brush.beginPath();
  brush.moveTo(x, y - 2 * down);
  brush.lineTo(x + 5, y + 6 * down);
  brush.lineTo(x - 5, y + 6 * down);
  brush.closePath();
  brush.lineWidth = 2;
  brush.strokeStyle = ground;
  brush.stroke();
  brush.fillStyle = colour;
  brush.fill();
}

/** The price axis: prices, the levels' names, brackets around confluent ones, the last price. */
export function paintAxis(brush: Brush, view: AxisView, width: Px): void {
  const { scene, colours, tick, height, toY } = view;
  const labels = axisLabels(scene.lines, scene.closeTicks, tick, view.low, view.high, height, toY);
  brush.font = FONT;
  brush.textAlign = 'left';
  brush.textBaseline = 'middle';
  brush.fillStyle = colours.muted;
  for (const ticks of gridPrices(view)) {
    const y = toY(ticks);
    const free = labels.every((label) => Math.abs(label.y - y) >= LABEL_HEIGHT - 2);
    if (free && y > 6 && y < height - 6) brush.fillText(points(ticks, tick), BRACKET_WIDTH + 4, y);
  }
  for (const { text, line, y, priceY } of labels) {
    const fill = line ? colours[line.style.colour] : colours.text;
    if (priceY >= 0 && priceY <= height) leader(brush, priceY, y, fill);
    labelBox(brush, text, BRACKET_WIDTH, y, width - BRACKET_WIDTH - 1, LABEL_HEIGHT - 1, fill, colours.bg, line?.selected ?? true);
  }
  brush.strokeStyle = colours.text;
  brush.lineWidth = 2;
  for (const { top, bottom } of brackets(labels, scene.confluenceTicks)) {
    brush.beginPath();
    brush.moveTo(7, top);
    brush.lineTo(2, top);
    brush.lineTo(2, bottom);
    brush.lineTo(7, bottom);
    brush.stroke();
  }
}

function leader(brush: Brush, fromY: Px, toY: Px, colour: string): void {
  brush.strokeStyle = colour;
  brush.lineWidth = 1;
  brush.beginPath();
  brush.moveTo(0, Math.round(fromY) + 0.5);
  brush.lineTo(BRACKET_WIDTH, Math.round(toY) + 0.5);
  brush.stroke();
}
