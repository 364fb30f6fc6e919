/** What the band above the board says: the side, the share against usual, and the sentence. Pure: the answer in, words out. */

import type { ApproachAnswer, ClassShare, SetupAnswer } from '../api/schema';
import { duration } from '../ui/duration';
import { horizon } from '../ui/words';
import { outcomeRow } from './outcome';
import { Gauge, comparedWords, gaugeOf, percent } from './share.geometry';

/** Up and down are directions of price; even says that there is no side. */
export type Tone = 'up' | 'down' | 'even' | 'coming' | 'none';

export interface Slab {
  readonly glyph: string;
  readonly words: string;
  readonly tone: Tone;
  /** What the physics favour and whether the past agrees, or why there is no answer. */
  readonly line: string;
}

/** The share at the answer's horizon, in words and as a gauge. */
export interface Share extends Gauge {
  /** `broke, usually`. */
  readonly verb: string;
  readonly line: string;
}

/** A part of the sentence; what stands in the way is set apart. */
export interface Clause {
  readonly text: string;
  readonly isBut: boolean;
}

const GLYPHS: Record<SetupAnswer['verdict'], [glyph: string, tone: Tone]> = {
  'BREAK UP': ['▲', 'up'],
  'BREAK DOWN': ['▼', 'down'],
  'REJECT UP': ['▲', 'up'],
  'REJECT DOWN': ['▼', 'down'],
  'LARGE MOVE, NO SIDE': ['▲▼', 'even'],
  'NO EDGE': ['■', 'even'],
  'TOO LITTLE PAST': ['■', 'even'],
  APPROACHING: ['◇', 'coming'],
  'NO ANSWER': ['–', 'none'],
};
/** For so long a fire is shown. */
export const FIRE_S = 120;

export function slabOf({ verdict, sentence }: Pick<SetupAnswer, 'verdict' | 'sentence'>): Slab {
  const [glyph, tone] = GLYPHS[verdict];
  return { glyph, tone, words: verdict, line: partsOf(sentence).last };
}

/** There is nothing to answer, and why. */
export function noAnswer(line: string): Slab {
  return { glyph: '–', tone: 'none', words: 'NO ANSWER', line };
}

export function approachSlab({ sentence }: ApproachAnswer): Slab {
  return { glyph: '◇', tone: 'coming', words: 'APPROACHING', line: sentence };
}

/** The share of the answer's horizon; null where no horizon is known. */
export function shareOf(answer: SetupAnswer): Share | null {
  const row = outcomeRow(answer);
  if (row === null) return null;
  const share: ClassShare = answer.kind === 'BREAK' ? row.break : row.reject;
  const gauge = gaugeOf(share);
  const of = gauge.interval === null ? '' : ` · true share ${gauge.interval.low} to ${gauge.interval.high} %`;
  const { setups, days } = answer.seen;
  const past = setups === 0 ? ' · nothing comparable yet' : ` · ${setups} setups on ${days} days, worth ${Math.round(answer.n_eff)}`;
  return {
    ...gauge,
    verb: answer.kind === 'BREAK' ? 'broke' : 'rejected',
    line: `${comparedWords(share)}${of}${past} · in ${horizon(answer.horizon_s)}`,
  };
}

/** How likely price tests the level, and what is usual if it does. */
export function approachShare({ tests, if_tested, horizon_s }: ApproachAnswer): { percent: number; words: string; line: string } {
  const { break: broke, reject } = if_tested;
  return {
    percent: percent(tests),
    words: `tests the level within ${horizon(horizon_s)}`,
    line: `if it tests now, usually ${percent(broke)} % break and ${percent(reject)} % reject`,
  };
}

/** The sentence without what the slab says already, clause by clause. */
export function clausesOf(sentence: string): Clause[] {
  const { rest } = partsOf(sentence);
  const at = rest.indexOf('BUT ');
  if (at < 0) return rest === '' ? [] : [{ text: rest, isBut: false }];
  return [
    { text: rest.slice(0, at).trim(), isBut: false },
    { text: rest.slice(at + 'BUT '.length), isBut: true },
  ];
}

/** When the test fired, and how long ago, while that is shown; null else. */
export function fireOf(answer: SetupAnswer, cursorS: number, seenS: number): { s: number; ago: string } | null {
  const firedS = answer.edge.fired_s;
  if (firedS === null || firedS === seenS) return null;
  const agoS = cursorS - firedS;
  return agoS < 0 || agoS > FIRE_S ? null : { s: firedS, ago: agoS === 0 ? 'now' : `${duration(agoS)} ago` };
}

/** The last clause, which names what the physics favour, and all before it. */
function partsOf(sentence: string): { rest: string; last: string } {
  const found = /^(.*\.)? ?((?:Physics|Large move)[^.]*)\.$/s.exec(sentence);
  return found === null ? { rest: sentence, last: '' } : { rest: (found[1] ?? '').trim(), last: found[2] };
}
