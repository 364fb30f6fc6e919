import { roundSteps, straight } from '../../ui/scale.geometry';

export const WIDTH = 600;
export const HEIGHT = 76;
export const LEFT = 8;
const RIGHT = 592;

export interface StripData {
  /** Distance of each neighbour, nearest first. */
  distances: number[];
  /** The median one, which is compared with the past's; null without neighbours. */
  median: number | null;
}

export interface StripLayout {
  left: number;
  right: number;
  marks: { x: number; label: string }[];
  median: number | null;
  ticks: { x: number; label: string }[];
}

/** A mark a neighbour on an axis from 0, where a setup would meet itself, to the furthest of them. */
export function layoutStrip(data: StripData): StripLayout {
  const furthest = Math.max(0, ...data.distances, data.median ?? 0);
  const high = furthest === 0 ? 1 : furthest * 1.04;
  const x = straight(0, high, LEFT, RIGHT);
  return {
    left: LEFT,
    right: RIGHT,
    marks: data.distances.map((distance, place) => ({ x: x(distance), label: `neighbour ${place + 1}: distance ${distance.toFixed(2)}` })),
    median: data.median === null ? null : x(data.median),
    ticks: roundSteps(0, high, 6).map((value) => ({ x: x(value), label: String(value) })),
  };
}
