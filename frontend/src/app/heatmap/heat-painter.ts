import { LABEL_HEIGHT } from '../market/axis-labels.geometry';
import { HeatBitmap } from '../market/heat-bitmap';
import { Ramp } from '../market/ramp';
import { BOLD, Brush, FONT, hatch, labelBox, strokeLevel } from '../market/strokes';
import { spread } from '../ui/axis.geometry';
import { points } from '../ui/format';
import { newYork, newYorkMinute } from '../ui/new-york';
import { Colours } from '../ui/palette';
import { HeatFrame, Quote } from './heat.geometry';

/** Paints one picture: heat, gaps, levels, best bid and offer, volume, axes. The brush's units are CSS pixels. */
export function paintHeat(brush: Brush, frame: HeatFrame, bitmap: HeatBitmap, tick: number, colours: Colours, ramp: Ramp): void {
  const { plot } = frame.layout;
  brush.save();
  brush.beginPath();
  brush.rect(plot.left, plot.top, plot.right - plot.left, frame.layout.volume.bottom - plot.top);
  brush.clip();
  paintSizes(brush, frame, bitmap, ramp);
  paintGrid(brush, frame, colours);
  for (const gap of frame.gaps) hatch(brush, frame.toX(gap.fromS), plot.top, frame.toX(gap.toS), frame.layout.volume.bottom, colours.muted);
  paintVolume(brush, frame, colours);
  brush.restore();
  brush.save();
  brush.beginPath();
  brush.rect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
  brush.clip();
  for (const line of frame.lines) strokeLevel(brush, line, colours[line.style.colour], frame.toX, frame.toY, plot.left, plot.right);
  paintQuotes(brush, frame, colours);
  paintNames(brush, frame, tick, colours);
  brush.restore();
  paintCursor(brush, frame, colours);
  paintPrices(brush, frame, tick, colours);
  paintTimes(brush, frame, colours);
}

function paintSizes(brush: Brush, frame: HeatFrame, bitmap: HeatBitmap, ramp: Ramp): void {
  const { plot } = frame.layout;
  brush.fillStyle = ramp.unseen;
  brush.fillRect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
  const picture = bitmap.picture;
  if (!picture) return;
  const first = Math.max(0, Math.floor((frame.fromS - frame.dayS) / frame.columnS));
  const x = frame.toX(frame.dayS + first * frame.columnS);
  const width = frame.toX(frame.dayS + bitmap.columns * frame.columnS) - x;
  const y = frame.toY(bitmap.top + 0.5);
  const height = frame.toY(bitmap.top - bitmap.height + 0.5) - y;
  brush.imageSmoothingEnabled = false;
  brush.save();
  brush.beginPath();
  brush.rect(plot.left, plot.top, plot.right - plot.left, plot.bottom - plot.top);
  brush.clip();
  brush.drawImage(picture, first, 0, bitmap.columns - first, bitmap.height, x, y, width, height);
  brush.restore();
}

function paintGrid(brush: Brush, frame: HeatFrame, colours: Colours): void {
  const { plot, volume } = frame.layout;
  brush.strokeStyle = colours.muted;
  brush.globalAlpha = 0.25;
  brush.lineWidth = 1;
  brush.beginPath();
  for (const ticks of frame.prices) {
    const y = Math.round(frame.toY(ticks)) + 0.5;
    brush.moveTo(plot.left, y);
    brush.lineTo(plot.right, y);
  }
  for (const s of frame.times) {
    const x = Math.round(frame.toX(s)) + 0.5;
    brush.moveTo(x, plot.top);
    brush.lineTo(x, volume.bottom);
  }
  brush.stroke();
  brush.globalAlpha = 1;
}

/** Contracts bought above the middle line, sold below it. */
function paintVolume(brush: Brush, frame: HeatFrame, colours: Colours): void {
  const { volume } = frame.layout;
  const middle = (volume.top + volume.bottom) / 2;
  const scale = (volume.bottom - volume.top) / 2 / frame.mostVolume;
  const column = frame.toX(frame.untilS + frame.columnS) - frame.toX(frame.untilS);
  const width = column > 3 ? column - 1 : column;
  brush.fillStyle = colours.up;
  for (const { s, buy } of frame.volumes) if (buy > 0) brush.fillRect(frame.toX(s), middle - buy * scale, width, buy * scale);
  brush.fillStyle = colours.down;
  for (const { s, sell } of frame.volumes) if (sell > 0) brush.fillRect(frame.toX(s), middle, width, sell * scale);
  brush.strokeStyle = colours.muted;
  brush.beginPath();
  brush.moveTo(volume.left, Math.round(middle) + 0.5);
  brush.lineTo(volume.right, Math.round(middle) + 0.5);
  brush.stroke();
}

function paintQuotes(brush: Brush, frame: HeatFrame, colours: Colours): void {
  const bids = quotePath(frame, ({ bid }) => bid - 0.5);
  const offers = quotePath(frame, ({ ask }) => ask + 0.5);
  brush.lineJoin = 'round';
  brush.strokeStyle = colours.bg;
  brush.lineWidth = 3;
  brush.stroke(bids);
  brush.stroke(offers);
  brush.lineWidth = 1.25;
  brush.strokeStyle = colours.up;
  brush.stroke(bids);
  brush.strokeStyle = colours.down;
  brush.stroke(offers);
}

/** Steps along the outer edge of the best price's row, so that a spread of one tick still shows two lines. */
function quotePath(frame: HeatFrame, edge: (quote: Quote) => number): Path2D {
  const path = new Path2D();
  let open = false;
  for (const quote of frame.quotes) {
    const ticks = edge(quote);
    if (Number.isNaN(ticks)) {
      open = false;
      continue;
    }
    const y = frame.toY(ticks);
    const x = frame.toX(quote.s);
    if (open) path.lineTo(x, y);
    else path.moveTo(x, y);
    path.lineTo(Math.min(frame.layout.plot.right, frame.toX(quote.s + frame.columnS)), y);
    open = true;
  }
  return path;
}

function paintNames(brush: Brush, frame: HeatFrame, tick: number, colours: Colours): void {
  const { plot } = frame.layout;
  const inSight = frame.lines.filter(({ ticks }) => ticks >= frame.low && ticks <= frame.high);
  const centres = spread(
    inSight.map(({ ticks }) => frame.toY(ticks) - 8),
    LABEL_HEIGHT,
    plot.top,
    plot.bottom,
  );
  brush.textAlign = 'left';
  brush.textBaseline = 'middle';
  inSight.forEach((line, i) => {
    const text = `${line.name} ${points(line.ticks, tick)}`;
    brush.font = line.selected ? BOLD : FONT;
    const width = brush.measureText(text).width + 8;
    labelBox(brush, text, plot.left + 2, centres[i], width, LABEL_HEIGHT - 1, colours.panel, colours[line.style.colour], line.selected);
  });
}

function paintCursor(brush: Brush, frame: HeatFrame, colours: Colours): void {
  const { plot, volume } = frame.layout;
  brush.fillStyle = colours.text;
  brush.fillRect(plot.right - 1, plot.top, 1, volume.bottom - plot.top);
}

function paintPrices(brush: Brush, frame: HeatFrame, tick: number, colours: Colours): void {
  const { plot, volume, priceLeft } = frame.layout;
  const quotes = [
    { text: `offer ${points(frame.ask, tick)}`, ticks: frame.ask, fill: colours.down },
    { text: `bid ${points(frame.bid, tick)}`, ticks: frame.bid, fill: colours.up },
  ].filter(({ ticks }) => Number.isFinite(ticks));
  const centres = spread(
    quotes.map(({ ticks }) => frame.toY(ticks)),
    LABEL_HEIGHT,
    plot.top,
    plot.bottom,
  );
  brush.font = FONT;
  brush.textAlign = 'left';
  brush.textBaseline = 'middle';
  brush.fillStyle = colours.muted;
  for (const ticks of frame.prices) {
    const y = frame.toY(ticks);
    const free = centres.every((centre) => Math.abs(centre - y) >= LABEL_HEIGHT);
    if (free && y > 6 && y < plot.bottom - 6) brush.fillText(points(ticks, tick), priceLeft + 4, y);
  }
  quotes.forEach(({ text, fill }, i) => labelBox(brush, text, priceLeft, centres[i], 88, LABEL_HEIGHT, fill, colours.bg));
  brush.font = FONT;
  brush.fillStyle = colours.muted;
  const most = `${frame.mostVolume} in ${frame.columnS} s`;
  brush.fillText(`▲ ${most}`, priceLeft + 4, volume.top + 9);
  brush.fillText(`▼ ${most}`, priceLeft + 4, volume.bottom - 9);
}

function paintTimes(brush: Brush, frame: HeatFrame, colours: Colours): void {
  const { plot, timeTop } = frame.layout;
  brush.font = FONT;
  brush.textBaseline = 'middle';
  brush.textAlign = 'center';
  brush.fillStyle = colours.muted;
  for (const s of frame.times) {
    const x = frame.toX(s);
    if (x > plot.left + 18 && x < plot.right - 76) brush.fillText(newYorkMinute(s), x, timeTop + 11);
  }
  brush.textAlign = 'right';
  brush.fillStyle = colours.text;
  brush.fillText(newYork(frame.untilS), plot.right, timeTop + 11);
}
