/** One scale for many small paths, and a path as an SVG line on it. Seconds from the trigger, ticks from the level. */

export type MidPath = readonly (readonly [number, number])[];

/** Small multiples drawn; the server sends no more paths. */
export const DRAWN = 24;
export const FROM_S = -120;
export const TO_S = 840;
const FITTED_SHARE = 0.9;
const ROUND_TO_TICKS = 4;

export interface PathScale {
  readonly fromS: number;
  readonly toS: number;
  /** Ticks from the level to the upper and to the lower edge. */
  readonly reachTicks: number;
}

export interface PathSize {
  readonly width: number;
  readonly height: number;
}

/** Wide enough for nine of ten paths whole and for both barriers; what goes further runs along the edge. */
export function sharedScale(paths: readonly MidPath[], barrierTicks: number): PathScale {
  const furthest = paths.map((path) => path.reduce((far, [, ticks]) => Math.max(far, Math.abs(ticks)), 0)).sort((a, b) => a - b);
  const fitted = furthest.length === 0 ? 0 : furthest[Math.ceil(FITTED_SHARE * furthest.length) - 1];
  const reach = Math.max(fitted, barrierTicks + 1);
  return { fromS: FROM_S, toS: TO_S, reachTicks: Math.ceil(reach / ROUND_TO_TICKS) * ROUND_TO_TICKS };
}

export function xOf(seconds: number, scale: PathScale, size: PathSize): number {
  return ((seconds - scale.fromS) / (scale.toS - scale.fromS)) * size.width;
}

/** The level is in the middle, above it up. */
export function yOf(ticks: number, scale: PathScale, size: PathSize): number {
  const bounded = Math.max(-scale.reachTicks, Math.min(scale.reachTicks, ticks));
  return (1 - bounded / scale.reachTicks) * (size.height / 2);
}

/** The `d` of the path's line; the pen is lifted where more than one window is missing between two points. */
export function pathLine(path: MidPath, scale: PathScale, size: PathSize, windowS: number): string {
  let line = '';
  let before = -Infinity;
  for (const [seconds, ticks] of path) {
    const pen = seconds - before > windowS ? 'M' : 'L';
    line += `${pen}${xOf(seconds, scale, size).toFixed(1)} ${yOf(ticks, scale, size).toFixed(1)}`;
    before = seconds;
  }
  return line;
}
