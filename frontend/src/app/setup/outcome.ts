/** How an outcome looks: one glyph, one direction, one word, so that colour never carries it alone. */

import type { Approach } from '../api/approach';
import type { OutcomeRow, SetupAnswer } from '../api/schema';

export type Counts = SetupAnswer['counts'];
export type Kind = keyof Counts;
export type Direction = 'up' | 'down' | 'none';

export interface Look {
  readonly kind: Kind;
  /** Where the price went; none where neither barrier was touched alone. */
  readonly direction: Direction;
  readonly glyph: string;
}

const GLYPHS: Record<Direction, string> = { up: '▲', down: '▼', none: '■' };
const GLYPHS_WITHOUT_DIRECTION: Partial<Record<Kind, string>> = { WHIPSAW: '◆', CENSORED: '○' };
const ENDED: Record<Kind, string> = { BREAK: 'broke', REJECT: 'rejected', CHOP: 'chopped', WHIPSAW: 'whipsawed', CENSORED: 'censored' };
const KINDS = Object.keys(ENDED) as Kind[];

/** Of `BREAK_UP`, `REJECT_DOWN`, `CHOP`, `WHIPSAW`, `CENSORED`. */
export function lookOf(outcome: string): Look {
  const [kind, direction] = outcome.split('_');
  return look(kind as Kind, direction === undefined ? 'none' : (direction.toLowerCase() as Direction));
}

/** Of a kind alone: a break goes on in the approach's direction, a rejection turns back. */
export function lookOfKind(kind: Kind, approachDir: Approach): Look {
  if (kind !== 'BREAK' && kind !== 'REJECT') return look(kind, 'none');
  return look(kind, (kind === 'BREAK') === (approachDir === 'from_below') ? 'up' : 'down');
}

/** Of a neighbour as it is drawn: turned to the side that the setup is approached from. */
export function lookTurned(outcome: string, approachDir: Approach): Look {
  return lookOfKind(lookOf(outcome).kind, approachDir);
}

/** `9 of 20 broke, 10 rejected, 1 censored`: the kinds that occurred. */
export function countsLine(counts: Counts): string {
  const total = KINDS.reduce((sum, kind) => sum + counts[kind], 0);
  const occurred = KINDS.filter((kind) => counts[kind] > 0).map((kind) => ({ kind, count: counts[kind] }));
  return occurred.map(({ kind, count }, place) => `${count}${place === 0 ? ` of ${total}` : ''} ${ENDED[kind]}`).join(', ');
}

/** The distribution at the answer's horizon, or at the last one before it that the past was seen to; null without any. */
export function outcomeRow(answer: Pick<SetupAnswer, 'outcomes' | 'horizon_s'>): OutcomeRow | null {
  return answer.outcomes.findLast((row) => row.horizon_s <= answer.horizon_s) ?? null;
}

function look(kind: Kind, direction: Direction): Look {
  return { kind, direction, glyph: GLYPHS_WITHOUT_DIRECTION[kind] ?? GLYPHS[direction] };
}
