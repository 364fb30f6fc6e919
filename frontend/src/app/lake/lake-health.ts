import { Cell, LakeDay } from '../api/schema';

export type BuildState = Cell['state'];

/** Which days are shown: `''` for all. */
export interface DayFilter {
  symbol: string;
  state: BuildState | 'chosen' | '';
}

/** The days that pass the filter, newest first: what was built last stands on top. */
export function daysShown(days: readonly LakeDay[], shown: DayFilter): LakeDay[] {
  const wanted = (day: LakeDay): boolean => {
    if (shown.symbol !== '' && day.symbol !== shown.symbol) return false;
    if (shown.state === '') return true;
    if (shown.state === 'chosen') return day.chosen;
    return Object.values(day.cells).some((cell) => cell.state === shown.state);
  };
  return days.filter(wanted).reverse();
}

export function symbolsOf(days: readonly LakeDay[]): string[] {
  return [...new Set(days.map((day) => day.symbol))].sort();
}

/** How many layer cells are in each state. */
export function countStates(days: readonly LakeDay[]): Record<BuildState, number> {
  const counts: Record<BuildState, number> = { done: 0, missing: 0, failed: 0, stale: 0 };
  for (const day of days) for (const cell of Object.values(day.cells)) counts[cell.state] += 1;
  return counts;
}

/** Of the days: all windows, triggers, bytes, .. together; days without a figure add nothing. */
export function totalOf(days: readonly LakeDay[], figure: 'windows' | 'gaps' | 'triggers' | 'anomalies' | 'bytes' | 'seconds'): number {
  return days.reduce((sum, day) => sum + (day[figure] ?? 0), 0);
}

/** Rows of a layer's tables together. */
export function rowsOf(cell: Cell): number {
  return cell.tables.reduce((sum, table) => sum + table.rows, 0);
}
