/** Outlines of a plot's marks and lines, as SVG paths. */

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
