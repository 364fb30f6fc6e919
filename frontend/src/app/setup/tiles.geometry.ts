/** Small paths on one scale: minutes around the trigger across, distance from the level in each path's own barriers up. */

import { FROM_S, MidPath, TO_S } from './mini-path.geometry';
import { Kind } from './outcome';

/** Barriers from the level to the upper and to the lower edge; what goes further runs along it. */
export const REACH_BARRIERS = 1.7;
/** A trade prints half a spread from the mid, so the barrier is hit while the mid is so far short of it. */
const HALF_SPREAD_TICKS = 0.5;

const WORDS: Record<Kind, string> = { BREAK: 'through', REJECT: 'back', CHOP: 'chop', WHIPSAW: 'both', CENSORED: 'cut off' };

export interface TileSize {
  readonly width: number;
  readonly height: number;
}

/** A path up to where it hit a barrier, and after it; both as the `d` of a line. */
export interface TilePath {
  readonly before: string;
  readonly after: string;
}

/** How a setup ended, in one word. */
export function endWord(kind: Kind): string {
  return WORDS[kind];
}

export function tileX(seconds: number, size: TileSize): number {
  return ((seconds - FROM_S) / (TO_S - FROM_S)) * size.width;
}

/** The level is in the middle, above it up. */
export function tileY(barriers: number, size: TileSize): number {
  const bounded = Math.max(-REACH_BARRIERS, Math.min(REACH_BARRIERS, barriers));
  return (1 - bounded / REACH_BARRIERS) * (size.height / 2);
}

/** A neighbour's path, cut where it hit a barrier after its trigger. */
export function tilePath(path: MidPath, barrierTicks: number, size: TileSize, windowS: number): TilePath {
  const hit = path.findIndex(([seconds, ticks]) => seconds >= 0 && Math.abs(ticks) >= barrierTicks - HALF_SPREAD_TICKS);
  const end = hit < 0 ? path.length : hit + 1;
  return {
    before: tileLine(path.slice(0, end), barrierTicks, size, windowS),
    after: hit < 0 ? '' : tileLine(path.slice(hit), barrierTicks, size, windowS),
  };
}

/** The pen is lifted where more than one window is missing between two points. */
export function tileLine(path: MidPath, barrierTicks: number, size: TileSize, windowS: number): string {
  let line = '';
  let before = -Infinity;
  for (const [seconds, ticks] of path) {
    const pen = seconds - before > windowS ? 'M' : 'L';
    line += `${pen}${tileX(seconds, size).toFixed(1)} ${tileY(ticks / barrierTicks, size).toFixed(1)}`;
    before = seconds;
  }
  return line;
}
