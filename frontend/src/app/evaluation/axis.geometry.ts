/** Straight scales and their ticks. */

export interface Tick {
  at: number;
  value: number;
}

/** Values at 1, 2 or 5 times a power of ten that lie in [low, high], about `count` of them. */
export function roundSteps(low: number, high: number, count: number): number[] {
  if (!(high > low) || count < 1) return [];
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= raw * 0.999) as number;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** Maps [low, high] onto [from, to]; what lies outside keeps on along the line. */
export function straight(low: number, high: number, from: number, to: number): (value: number) => number {
  const width = high - low;
  return (value) => (width === 0 ? (from + to) / 2 : from + ((value - low) / width) * (to - from));
}

/** Ticks of a straight axis. */
export function ticksOf(low: number, high: number, from: number, to: number, count: number): Tick[] {
  const place = straight(low, high, from, to);
  return roundSteps(low, high, count).map((value) => ({ value, at: place(value) }));
}

export type Marker = 'circle' | 'triangle' | 'square' | 'diamond' | 'wedge';

/** Outline of a mark of half-width `r` around a point: shape is the second carrier beside the colour. */
export function markerPath(marker: Marker, x: number, y: number, r: number): string {
  const at = (dx: number, dy: number): string => `${round(x + dx * r)},${round(y + dy * r)}`;
  switch (marker) {
    case 'circle':
      return `M${at(-1, 0)}a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 ${-2 * r},0Z`;
    case 'triangle':
      return `M${at(0, -1.15)}L${at(1.1, 0.85)}L${at(-1.1, 0.85)}Z`;
    case 'wedge':
      return `M${at(0, 1.15)}L${at(1.1, -0.85)}L${at(-1.1, -0.85)}Z`;
    case 'square':
      return `M${at(-0.9, -0.9)}L${at(0.9, -0.9)}L${at(0.9, 0.9)}L${at(-0.9, 0.9)}Z`;
    case 'diamond':
      return `M${at(0, -1.2)}L${at(1.2, 0)}L${at(0, 1.2)}L${at(-1.2, 0)}Z`;
  }
}

/** A line through the points that are there; a missing one breaks it. */
export function linePath(points: readonly (readonly [number, number])[]): string {
  let path = '';
  let joined = false;
  for (const [x, y] of points) {
    if (Number.isFinite(x) && Number.isFinite(y)) {
      path += `${joined ? 'L' : 'M'}${round(x)},${round(y)}`;
      joined = true;
    } else joined = false;
  }
  return path;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
