import { Px, ToX, ToY } from '../ui/units';
import { Dash, LevelLine } from './levels';

export type Brush = CanvasRenderingContext2D;

export const FONT = "12px Inter, 'Inter until loaded', system-ui, 'DejaVu Sans', sans-serif";
export const BOLD = `600 ${FONT}`;

const DASHES: Record<Dash, number[]> = { solid: [], dashed: [7, 4], dotted: [1.5, 3.5] };

/** A level's path as steps, from `left` to `right` at most. */
export function strokeLevel(brush: Brush, line: LevelLine, colour: string, toX: ToX, toY: ToY, left: Px, right: Px): void {
  brush.save();
  brush.strokeStyle = colour;
  brush.lineWidth = line.selected ? 2.5 : 1.25;
  brush.setLineDash(DASHES[line.selected ? 'solid' : line.style.dash]);
  brush.beginPath();
  let from = NaN;
  for (const step of line.steps) {
    const x0 = Math.max(left, toX(step.fromS));
    const x1 = Math.min(right, toX(step.toS));
    if (x1 <= x0) continue;
    const y = toY(step.ticks);
    if (from === x0) brush.lineTo(x0, y);
    else brush.moveTo(x0, y);
    brush.lineTo(x1, y);
    from = x1;
  }
  brush.stroke();
  brush.restore();
}

/** Diagonal strokes over a rectangle: figures there are missing or doubtful. */
export function hatch(brush: Brush, left: Px, top: Px, right: Px, bottom: Px, colour: string): void {
  brush.save();
  brush.beginPath();
  brush.rect(left, top, right - left, bottom - top);
  brush.clip();
  brush.strokeStyle = colour;
  brush.lineWidth = 1;
  brush.globalAlpha = 0.8;
  brush.beginPath();
  const height = bottom - top;
  for (let x = Math.floor((left - height) / 6) * 6; x < right; x += 6) {
    brush.moveTo(x, bottom);
    brush.lineTo(x + height, top);
  }
  brush.stroke();
  brush.restore();
}

/** A filled box with text in it, vertically centred on `y`. */
export function labelBox(
  brush: Brush,
  text: string,
  left: Px,
  y: Px,
  width: Px,
  height: Px,
  fill: string,
  ink: string,
  bold = false,
): void {
  brush.fillStyle = fill;
  brush.fillRect(left, Math.round(y - height / 2), width, height);
  brush.fillStyle = ink;
  brush.font = bold ? BOLD : FONT;
  brush.textAlign = 'left';
  brush.textBaseline = 'middle';
  brush.fillText(text, left + 4, Math.round(y) + 0.5);
}

/** Text with a rim of the ground's colour, so that it can be read over anything. */
export function rimmedText(brush: Brush, text: string, x: Px, y: Px, ink: string, ground: string): void {
  brush.lineJoin = 'round';
  brush.lineWidth = 3;
  brush.strokeStyle = ground;
  brush.strokeText(text, x, y);
  brush.fillStyle = ink;
  brush.fillText(text, x, y);
}
