/** What the evaluation draws, as plain rows; the geometry beside each plot places them. */

export interface IntervalRow {
  label: string;
  /** Said beside the label: how many episodes and sessions stand behind the row. */
  note: string;
  value: number;
  low: number;
  high: number;
  /** A forecaster from a similar past: filled; the simpler ones are hollow. */
  strong: boolean;
}

export interface IntervalPlotData {
  kind: 'intervals';
  title: string;
  unit: string;
  /** A line to compare with: 0 for a skill, the share asked for of a coverage. */
  reference: number;
  as: 'skill' | 'share';
  rows: IntervalRow[];
}

export interface LinePoint {
  value: number;
  low: number;
  high: number;
}

export interface LineSeries {
  label: string;
  strong: boolean;
  points: LinePoint[];
}

export interface LinePlotData {
  kind: 'lines';
  title: string;
  unit: string;
  places: string[];
  series: LineSeries[];
}

export interface ReliabilityBin {
  p: number;
  frequency: number;
  low: number;
  high: number;
  episodes: number;
}

export interface ReliabilityPlotData {
  kind: 'reliability';
  title: string;
  outcomes: { outcome: string; bins: ReliabilityBin[] }[];
}

export interface HistogramPlotData {
  kind: 'histogram';
  title: string;
  unit: string;
  counted: string;
  edges: number[];
  counts: number[];
  /** A value to compare with, null where there is none. */
  mark: { value: number; label: string } | null;
}

export type Plot = IntervalPlotData | LinePlotData | ReliabilityPlotData | HistogramPlotData;

/** Equal bins over the values' range, as edges and counts. Empty without values. */
export function binned(values: readonly number[], bins: number): { edges: number[]; counts: number[] } {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return { edges: [], counts: [] };
  const low = Math.min(...known);
  const width = (Math.max(...known) - low) / bins || 1e-9;
  const counts = new Array<number>(bins).fill(0);
  for (const value of known) counts[Math.min(bins - 1, Math.floor((value - low) / width))] += 1;
  return { edges: Array.from({ length: bins + 1 }, (_, index) => low + index * width), counts };
}
