/** What is said of a setup, cut into words and figures, and what became of the setup since. */

import type { SetupAnswer } from '../api/schema';

export interface SentencePiece {
  readonly text: string;
  readonly isFigure: boolean;
}

const FIGURE = /\d{4}-\d{2}-\d{2}|\d{2}:\d{2}(?::\d{2})?|[+−-]?\d+(?:\.\d+)?(?:\/\d+)*(?: %)?/g;

/** The verdict, what similar setups did, and where price stood. */
export function wordsOf(answer: Pick<SetupAnswer, 'slab' | 'said' | 'sentence'>): string {
  return `${answer.slab}. ${answer.said} ${answer.sentence}`;
}

/** Pieces in order; put together they are the text again. */
export function piecesOf(text: string): SentencePiece[] {
  const pieces: SentencePiece[] = [];
  let end = 0;
  for (const found of text.matchAll(FIGURE)) {
    if (found.index > end) pieces.push({ text: text.slice(end, found.index), isFigure: false });
    pieces.push({ text: found[0], isFigure: true });
    end = found.index + found[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isFigure: false });
  return pieces;
}

export interface PriceNow {
  /** Since the setup's trigger. */
  readonly ageS: number;
  readonly windowS: number;
  /** Mid minus level at the cursor; NaN while there is no mid. */
  readonly distanceTicks: number;
  /** From the level out to here the price counts as near. */
  readonly nearTicks: number;
  readonly tick: number;
  readonly levelName: string;
}

/** Where the price is now against the level, said only when the setup is past; empty while the setup is the present window's. */
export function sinceThen(place: PriceNow): string {
  if (place.ageS < place.windowS || Number.isNaN(place.distanceTicks)) return '';
  const points = (Math.abs(place.distanceTicks) * place.tick).toFixed(3).replace(/0$/, '');
  const where = place.distanceTicks === 0 ? 'at' : `${points} points ${place.distanceTicks > 0 ? 'above' : 'below'}`;
  const hasLeft = Math.abs(place.distanceTicks) > place.nearTicks;
  return hasLeft ? `The price has left the level: now ${where} ${place.levelName}.` : `The price is now ${where} ${place.levelName}.`;
}
