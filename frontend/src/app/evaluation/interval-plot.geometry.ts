import { IntervalRow, Intervals } from '../api/schema';
import { Tick, straight, ticksOf } from '../ui/scale.geometry';
import { tickLabel } from './tick-label';

export const WIDTH = 520;
export const LABELS = 160;
export const FIGURES = 178;
const ROW = 24;
const TOP = 6;
const BELOW = 42;
const LABEL_LETTERS = 21;

export interface IntervalMark {
  row: IntervalRow;
  label: string;
  y: number;
  /** null where there is no figure or it lies outside. */
  x: number | null;
  low: number;
  high: number;
  /** Beside which edge an arrow stands for a figure outside the axis. */
  outside: 'left' | 'right' | null;
}

export interface IntervalLayout {
  height: number;
  left: number;
  right: number;
  bottom: number;
  reference: number | null;
  ticks: (Tick & { label: string })[];
  marks: IntervalMark[];
}

/** Where the rows of an interval plot stand: labels left, marks in the middle, the figures in words right. */
export function layoutIntervals({ axis, reference, rows }: Intervals): IntervalLayout {
  const left = LABELS;
  const right = WIDTH - FIGURES;
  const x = straight(axis.low, axis.high, left, right);
  const bottom = TOP + ROW * rows.length;
  const bounded = (value: number): number => Math.max(left, Math.min(right, x(value)));
  const marks = rows.map((row, place): IntervalMark => {
    const outside = row.value === null ? null : row.value < axis.low ? 'left' : row.value > axis.high ? 'right' : null;
    const value = row.value ?? 0;
    return {
      row,
      label: row.label.length > LABEL_LETTERS ? `${row.label.slice(0, LABEL_LETTERS - 1)}…` : row.label,
      y: TOP + ROW * (place + 0.5),
      x: row.value === null || outside !== null ? null : x(row.value),
      low: bounded(row.low ?? value),
      high: bounded(row.high ?? value),
      outside,
    };
  });
  const ticks = ticksOf(axis.low, axis.high, left, right, 3).map((tick) => ({ ...tick, label: tickLabel(tick.value, axis.form) }));
  return {
    height: bottom + BELOW,
    left,
    right,
    bottom,
    reference: reference >= axis.low && reference <= axis.high ? x(reference) : null,
    ticks,
    marks,
  };
}
