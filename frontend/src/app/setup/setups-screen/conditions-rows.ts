import { Columns } from '../../api/arrow';
import type { ConditionNow } from '../../api/schema';
import { CONDITIONS, ConditionCell, Side, cellOf } from '../../physics/conditions.geometry';

export interface ConditionRow {
  words: string;
  own: ConditionText;
  neighbour: ConditionText | null;
}

export interface ConditionText {
  /** `▲ 1.6x`: which way it speaks, and how fast against usual. */
  text: string;
  side: Side;
}

const GLYPHS: Record<Side, string> = { up: '▲ ', down: '▼ ', even: '', none: '' };

/** The four conditions of two setups; null while they are not there. */
export function conditionRows(own: readonly ConditionNow[] | null, neighbour: readonly ConditionNow[] | null): ConditionRow[] {
  return CONDITIONS.map(({ happens }, place) => ({
    words: happens,
    own: own === null ? { text: 'not measured', side: 'none' } : textOf(place, own[place]),
    neighbour: neighbour && textOf(place, neighbour[place]),
  }));
}

/** The conditions of a table's last row; null without rows. */
export function lastConditions(table: Pick<Columns, 'rows' | 'floats'>): ConditionNow[] | null {
  if (table.rows === 0) return null;
  const last = (name: string): number => table.floats(name)[table.rows - 1];
  return [1, 2, 3, 4].map((number) => ({
    times_usual: last(`times_${number}`),
    contracts: last(`contracts_${number}`),
    sign: last(`sign_${number}`),
  }));
}

function textOf(condition: number, { times_usual, contracts, sign }: ConditionNow): ConditionText {
  const { figure, side }: ConditionCell = cellOf(condition, times_usual ?? NaN, contracts ?? NaN, sign);
  return { text: side === 'none' ? 'not measured' : `${GLYPHS[side]}${figure}`, side };
}
