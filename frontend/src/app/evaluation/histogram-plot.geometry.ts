import { Histogram } from '../api/schema';
import { Tick, straight, ticksOf } from '../ui/scale.geometry';
import { tickLabel } from './tick-label';

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
  bars: { x: number; y: number; width: number; height: number; title: string }[];
  ticks: (Tick & { label: string })[];
  mark: number | null;
}

/** Bars from the first edge to the last. */
export function layoutHistogram({ axis, counted, counts, edges, mark }: Histogram): HistogramLayout {
  const name = (value: number): string => tickLabel(value, axis.form);
  const right = WIDTH - RIGHT;
  const bottom = HEIGHT - BOTTOM;
  const x = straight(axis.low, axis.high, LEFT, right);
  const most = Math.max(...counts);
  const up = straight(0, Math.max(1, most), 0, bottom - TOP);
  return {
    left: LEFT,
    right,
    top: TOP,
    bottom,
    most,
    bars: counts.map((count, place) => ({
      x: x(edges[place]),
      y: bottom - up(count),
      width: Math.max(0.5, x(edges[place + 1]) - x(edges[place]) - 0.5),
      height: up(count),
      title: `${name(edges[place])} to ${name(edges[place + 1])}: ${count} ${counted}`,
    })),
    ticks: ticksOf(axis.low, axis.high, LEFT, right, 4).map((tick) => ({ ...tick, label: name(tick.value) })),
    mark: mark ? x(mark.value) : null,
  };
}
