import { Box, Confirmation, LOOK_BACK, LOOK_FORWARD } from '../market/candles.geometry';
import { BOLD, Brush, FONT, rimmedText } from '../market/strokes';
import type { Claims } from '../ui/claims';
import { Px } from '../ui/units';
import type { Paint } from './paint';

const TEXT_HEIGHT: Px = 13;
/** From a level to the middle of its tests' numbers. */
const NUMBER_AWAY: Px = 11;
/** Tests that bear their number, the latest first. */
const NUMBERED = 4;

/** The tests of the chosen level and its confirmed breaks; the latest first, no text upon another. */
export function paintTests(brush: Brush, paint: Paint, claims: Claims): void {
  paint.scene.candles.confirmations.toReversed().forEach((found, place) => paintConfirmation(brush, paint, found, place === 0, claims));
  paintNumbers(brush, paint, claims);
}

/** Numbers of the latest tests, each on the side that it comes from; of those before a stroke. */
function paintNumbers(brush: Brush, { scene, colours }: Paint, claims: Claims): void {
  brush.textBaseline = 'middle';
  scene.candles.episodes.toReversed().forEach(({ s, number, ticks, fromBelow }, place) => {
    const x = scene.timeline.toX(s);
    const y = scene.rows.toY(ticks) + (fromBelow ? NUMBER_AWAY : -NUMBER_AWAY);
    brush.font = BOLD;
    brush.fillStyle = colours.text;
    brush.fillRect(Math.round(x), Math.min(y, scene.rows.toY(ticks)), 1, NUMBER_AWAY);
    if (place < NUMBERED)
      within(brush, `${number}${fromBelow ? '▲' : '▼'}`, x + 2, y, colours.text, colours.bg, scene.timeline.width, claims);
  });
}

/** Letters at the two candles of a confirmed break; the newest has its words, and the boxes of its look-back and look-forward. */
function paintConfirmation(brush: Brush, paint: Paint, found: Confirmation, isNewest: boolean, claims: Claims): void {
  const { colours, scene } = paint;
  const { toX, width } = scene.timeline;
  const { toY } = scene.rows;
  const ink = found.fromBelow ? colours.up : colours.down;
  const mark = (box: Box, word: string, isBelow: boolean): void => {
    const x = (toX(box.fromS) + toX(box.toS)) / 2;
    const y = isBelow ? toY(box.low) + 6 : toY(box.high) - 6;
    const text = isNewest ? word : word[0].toUpperCase();
    triangle(brush, x, y, isBelow ? 1 : -1, ink, colours.bg);
    brush.font = BOLD;
    brush.textBaseline = isBelow ? 'top' : 'bottom';
    within(brush, text, x - brush.measureText(text).width / 2, y + (isBelow ? 8 : -8), ink, colours.bg, width, claims);
  };
  if (isNewest) {
    frame(brush, paint, found.lookBack, colours.muted);
    brush.font = FONT;
    brush.textBaseline = 'bottom';
    const above = Math.max(15, toY(found.lookBack.high) - 26);
    within(brush, `look-back ${LOOK_BACK}`, toX(found.lookBack.fromS), above, colours.muted, colours.bg, width, claims);
  }
  if (isNewest && found.lookForward) {
    frame(brush, paint, found.lookForward, colours.text);
    brush.font = FONT;
    brush.textBaseline = found.fromBelow ? 'top' : 'bottom';
    const y = found.fromBelow ? toY(found.lookForward.low) + 6 : toY(found.lookForward.high) - 6;
    within(brush, `next ${LOOK_FORWARD}`, toX(found.lookForward.fromS) + 2, y, colours.text, colours.bg, width, claims);
  }
  mark(found.trigger, 'trigger', found.fromBelow);
  mark(found.confirming, 'confirm', !found.fromBelow);
}

function frame(brush: Brush, { scene }: Paint, box: Box, ink: string): void {
  const { toX } = scene.timeline;
  const [left, top] = [toX(box.fromS), scene.rows.toY(box.high) - 4];
  brush.strokeStyle = ink;
  brush.lineWidth = 1.5;
  brush.strokeRect(left, top, toX(box.toS) - left, scene.rows.toY(box.low) + 4 - top);
}

/** Text from `left` on, moved left as far as it must to end in the picture; none where its room is taken. */
function within(brush: Brush, text: string, left: Px, y: Px, ink: string, ground: string, right: Px, claims: Claims): void {
  const width = brush.measureText(text).width;
  const x = Math.min(left, right - width - 2);
  const top = y - { top: 0, middle: TEXT_HEIGHT / 2, bottom: TEXT_HEIGHT }[brush.textBaseline as 'top' | 'middle' | 'bottom'];
  if (!claims.take({ left: x, right: x + width, top, bottom: top + TEXT_HEIGHT })) return;
  brush.textAlign = 'left';
  rimmedText(brush, text, x, y, ink, ground);
}

/** A triangle whose tip is at (x, y) and whose base lies `down` (1) or up (-1) of it. */
function triangle(brush: Brush, x: Px, y: Px, down: 1 | -1, ink: string, ground: string): void {
  brush.beginPath();
  brush.moveTo(x, y - 2 * down);
  brush.lineTo(x + 5, y + 6 * down);
  brush.lineTo(x - 5, y + 6 * down);
  brush.closePath();
  brush.lineWidth = 2;
  brush.strokeStyle = ground;
  brush.stroke();
  brush.fillStyle = ink;
  brush.fill();
}
