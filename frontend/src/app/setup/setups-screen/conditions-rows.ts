import { Columns } from '../../api/arrow';
import { Side, markOf } from '../../physics/conditions.geometry';
import { signed } from '../../ui/format';

/** What one condition measures, in words, for above 0. */
const WORDS = [
  'asks above the level moved away',
  'asks above pulled faster than added',
  'bids below the level moved away',
  'bids below pulled faster than added',
];

export interface ConditionRow {
  words: string;
  own: ConditionCell;
  neighbour: ConditionCell | null;
}

export interface ConditionCell {
  /** `▼ +0.69`: which way it counts, and as measured, ln ratio. */
  text: string;
  side: Side;
}

/** Where asks leave it counts both ways, where they come for neither. */
const GLYPHS: Record<Side, string> = { up: '▲ ', down: '▼ ', both: '▲▼ ', neither: '', noise: '', none: '' };

/** The four conditions of two triggers as measured for down; a neighbour's are null while they are not there. */
export function conditionRows(own: readonly number[], neighbour: readonly number[] | null): ConditionRow[] {
  return WORDS.map((words, place) => ({
    words,
    own: cellOf(place, own[place]),
    neighbour: neighbour && cellOf(place, neighbour[place]),
  }));
}

/** The conditions of a table's last row; null without rows. */
export function lastConditions(table: Pick<Columns, 'rows' | 'floats'>): number[] | null {
  return table.rows === 0 ? null : ['c1', 'c2', 'c3', 'c4'].map((name) => table.floats(name)[table.rows - 1]);
}

function cellOf(condition: number, measured: number): ConditionCell {
  const { side } = markOf(condition, measured, NaN, null);
  return { text: Number.isFinite(measured) ? `${GLYPHS[side]}${signed(measured, 2)}` : 'not measured', side };
}
