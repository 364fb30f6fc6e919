import { Reliability } from '../api/schema';
import { straight } from '../ui/scale.geometry';
import { Marker, linePath } from './marker.geometry';
import { tickLabel } from './tick-label';

export const WIDTH = 340;
export const HEIGHT = 390;
const LEFT = 46;
const RIGHT = 10;
const TOP = 8;
const SQUARE = WIDTH - LEFT - RIGHT;
const COUNTS = 36;
const BETWEEN = 8;
const OUTCOME_LOOKS: Record<string, { look: string; marker: Marker }> = {
  BREAK: { look: 'series-0', marker: 'circle' },
  REJECT: { look: 'series-1', marker: 'triangle' },
  CHOP: { look: 'series-other', marker: 'square' },
};

export interface ReliabilityLayout {
  left: number;
  right: number;
  top: number;
  bottom: number;
  countsTop: number;
  countsBottom: number;
  ticks: { x: number; y: number; label: string }[];
  most: number;
  outcomes: {
    outcome: string;
    look: string;
    marker: Marker;
    path: string;
    points: { x: number; y: number; low: number; high: number; title: string }[];
    counts: { x: number; y: number; width: number; height: number; title: string }[];
  }[];
}

/** Stated probability across, observed frequency up, both from 0 to 1; below it how many windows each bin holds. */
export function layoutReliability(plot: Reliability): ReliabilityLayout {
  const right = WIDTH - RIGHT;
  const bottom = TOP + SQUARE;
  const x = straight(0, 1, LEFT, right);
  const y = straight(0, 1, bottom, TOP);
  const countsTop = bottom + 24 + BETWEEN;
  const countsBottom = countsTop + COUNTS;
  const most = Math.max(0, ...plot.outcomes.flatMap(({ bins }) => bins.map((bin) => bin.windows)));
  const up = straight(0, Math.max(1, most), 0, COUNTS);
  return {
    left: LEFT,
    right,
    top: TOP,
    bottom,
    countsTop,
    countsBottom,
    most,
    ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => ({ x: x(share), y: y(share), label: tickLabel(share, 'share') })),
    outcomes: plot.outcomes.map(({ outcome, bins }, place) => {
      const { look, marker } = OUTCOME_LOOKS[outcome] ?? { look: 'series-2', marker: 'diamond' };
      return {
        outcome,
        look,
        marker,
        path: linePath(bins.map((bin) => [x(bin.p), y(bin.frequency)])),
        points: bins.map((bin) => ({
          x: x(bin.p),
          y: y(bin.frequency),
          low: y(within(bin.low ?? bin.frequency)),
          high: y(within(bin.high ?? bin.frequency)),
          title: `${outcome}: ${bin.figure}`,
        })),
        counts: bins.map((bin) => ({
          x: x(bin.p) + (place - (plot.outcomes.length - 1) / 2) * 5 - 2,
          y: countsBottom - up(bin.windows),
          width: 4,
          height: up(bin.windows),
          title: `${outcome}: ${bin.figure}`,
        })),
      };
    }),
  };
}

function within(share: number): number {
  return Math.max(0, Math.min(1, share));
}
