import { Tick, straight, ticksOf } from '../ui/scale.geometry';
import { HistogramPlotData } from './plots';

export const WIDTH = 340;
export const HEIGHT = 190;
const LEFT = 44;
const RIGHT = 12;
const TOP = 16;
const BOTTOM = 38;

export interface HistogramLayout {
  left: number;
  right: number;
  top: number;
  bottom: number;
  most: number;
  bars: { x: number; y: number; width: number; height: number; told: string }[];
  ticks: (Tick & { label: string })[];
  mark: number | null;
}

/** Bars from the first edge to the last; the axis reaches out to the mark, so that one far off is seen to be far off. */
export function layoutHistogram(data: HistogramPlotData): HistogramLayout {
  const beyond = data.mark ? [data.mark.value] : [];
  const low = Math.min(...data.edges, ...beyond);
  const high = Math.max(...data.edges, ...beyond);
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const x = straight(low, high, LEFT, right);
  const most = Math.max(...data.counts);
  const up = straight(0, Math.max(1, most), 0, bottom - TOP);
  return {
    left: LEFT,
    right,
    top: TOP,
    bottom,
    most,
    bars: data.counts.map((count, place) => ({
      x: x(data.edges[place]),
      y: bottom - up(count),
      width: Math.max(0.5, x(data.edges[place + 1]) - x(data.edges[place]) - 0.5),
      height: up(count),
      told: `${short(data.edges[place])} to ${short(data.edges[place + 1])}: ${count} ${data.counted}`,
    })),
    ticks: ticksOf(low, high, LEFT, right, 4).map((tick) => ({ ...tick, label: short(tick.value) })),
    mark: data.mark ? x(data.mark.value) : null,
  };
}

/** Count, range and mark, for those who hear the plot. */
export function histogramInWords(data: HistogramPlotData): string {
  const total = data.counts.reduce((sum, count) => sum + count, 0);
  const peak = data.counts.indexOf(Math.max(...data.counts));
  const most = `most between ${short(data.edges[peak])} and ${short(data.edges[peak + 1])}`;
  const marked = data.mark ? `; ${data.mark.label}` : '';
  return `${data.title}: ${total} ${data.counted} by ${data.unit}, ${most}${marked}.`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3))).replace('-', '−');
}
