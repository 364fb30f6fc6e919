import type { PanelState } from '../ui/panel-state';

/** What each bit of a window's marks says. */
const MARKS: readonly (readonly [bit: number, words: string])[] = [
  [1, 'book cleared'],
  [2, 'book from a snapshot'],
  [4, 'book broken'],
  [8, 'halt'],
  [16, 'book crossed'],
  [32, 'unknown orders'],
  [64, 'out of time'],
];

/** The gap that a window's marks name; null where the window is whole. */
export function gapIn(marks: number): PanelState | null {
  if (!marks) return null;
  return {
    kind: 'gap',
    message: `gap: ${MARKS.filter(([bit]) => marks & bit)
      .map(([, words]) => words)
      .join(', ')}`,
  };
}
