import { Tick, straight, ticksOf } from '../ui/scale.geometry';
import { percent, skill } from './figures';
import { IntervalPlotData, IntervalRow } from './plots';
import { skillReach, skillTick } from './skill-axis.geometry';

export const WIDTH = 520;
export const LABELS = 160;
export const FIGURES = 178;
const ROW = 24;
const TOP = 6;
const BELOW = 42;
/** What lies within this reach is drawn, however little the similar past shows. */
const LEAST_REACH = 0.06;
const LABEL_LETTERS = 21;

export interface IntervalMark {
  row: IntervalRow;
  label: string;
  /** With ▲ where the lower bound of a skill is above 0. */
  figure: string;
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
export function layoutIntervals(data: IntervalPlotData): IntervalLayout {
  const [low, high] = data.as === 'skill' ? skillReach(finite(data.rows.filter((row) => row.strong)), finite(data.rows), LEAST_REACH) : shareReach(data);
  const left = LABELS;
  const right = WIDTH - FIGURES;
  const x = straight(low, high, left, right);
  const bottom = TOP + ROW * data.rows.length;
  const bounded = (value: number): number => Math.max(left, Math.min(right, x(value)));
  const form = data.as === 'skill' ? skill : (value: unknown): string => percent(value, 1);
  const marks = data.rows.map((row, place): IntervalMark => {
    const outside = row.value < low ? 'left' : row.value > high ? 'right' : null;
    const drawn = outside === null && Number.isFinite(row.value);
    return {
      row,
      label: row.label.length > LABEL_LETTERS ? `${row.label.slice(0, LABEL_LETTERS - 1)}…` : row.label,
      figure: `${data.as === 'skill' && row.strong && row.low > 0 ? '▲ ' : ''}${figureOf(row, form)}`,
      y: TOP + ROW * (place + 0.5),
      x: drawn ? x(row.value) : null,
      low: bounded(Number.isFinite(row.low) ? row.low : row.value),
      high: bounded(Number.isFinite(row.high) ? row.high : row.value),
      outside,
    };
  });
  const ticks = ticksOf(low, high, left, right, 3).map((tick) => ({ ...tick, label: data.as === 'skill' ? skillTick(tick.value) : percent(tick.value, 0) }));
  const reference = data.reference >= low && data.reference <= high ? x(data.reference) : null;
  return { height: bottom + BELOW, left, right, bottom, reference, ticks, marks };
}

/** The figures in words, for those who hear the plot. */
export function intervalsInWords(data: IntervalPlotData): string {
  const form = data.as === 'skill' ? skill : (value: unknown): string => percent(value, 1);
  return `${data.title}, ${data.unit}: ${data.rows.map((row) => `${row.label} ${figureOf(row, form)}`).join('; ')}.`;
}

function figureOf(row: IntervalRow, form: (value: unknown) => string): string {
  if (!Number.isFinite(row.value)) return 'not available';
  return Number.isFinite(row.low) && Number.isFinite(row.high) ? `${form(row.value)} [${form(row.low)}, ${form(row.high)}]` : form(row.value);
}

function shareReach(data: IntervalPlotData): [number, number] {
  const known = [...finite(data.rows), data.reference].filter(Number.isFinite);
  if (known.length === 0) return [0, 1];
  const low = Math.min(...known);
  const high = Math.max(...known);
  const margin = Math.max(0.02, 0.1 * (high - low));
  return [Math.max(0, low - margin), Math.min(1, high + margin)];
}

function finite(rows: readonly IntervalRow[]): number[] {
  return rows.flatMap((row) => [row.value, row.low, row.high]).filter(Number.isFinite);
}
