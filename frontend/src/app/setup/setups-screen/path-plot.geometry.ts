import { roundSteps } from '../../ui/scale.geometry';
import { MidPath, PathScale, PathSize, pathLine, sharedScale, xOf, yOf } from '../mini-path.geometry';

export const SIZE: PathSize = { width: 520, height: 220 };
export const LEFT = 54;
export const BELOW = 36;
const AXIS_TICKS = 5;
const EVERY_S = 120;

export interface PlotLine {
  path: MidPath;
  /** What the line is: its look and its place in the legend. */
  look: 'own' | 'after' | 'neighbour';
  label: string;
}

export interface PathLayout {
  scale: PathScale;
  lines: { d: string; look: PlotLine['look'] }[];
  levelY: number;
  barriers: { y: number; label: string }[];
  triggerX: number;
  /** Right of it nothing is known yet; null where all is. */
  unknownX: number | null;
  minutes: { x: number; label: string }[];
  points: { y: number; label: string }[];
}

export interface PathPlotData {
  lines: PlotLine[];
  barrierTicks: number;
  tick: number;
  windowS: number;
  /** Seconds from the trigger up to which the own path can be known. */
  knownToS: number;
}

/** Lines around one trigger, all on one scale: minutes across, points from the level up. */
export function layoutPath(data: PathPlotData): PathLayout {
  const scale = sharedScale(
    data.lines.map((line) => line.path),
    data.barrierTicks,
  );
  const reach = scale.reachTicks * data.tick;
  const y = (points: number): number => yOf(points / data.tick, scale, SIZE);
  const first = Math.ceil(scale.fromS / EVERY_S);
  const minutes = Array.from({ length: Math.floor(scale.toS / EVERY_S) - first + 1 }, (_, place) => (first + place) * EVERY_S);
  return {
    scale,
    lines: data.lines.map((line) => ({ d: pathLine(line.path, scale, SIZE, data.windowS), look: line.look })),
    levelY: yOf(0, scale, SIZE),
    barriers: [data.barrierTicks, -data.barrierTicks].map((ticks) => ({
      y: yOf(ticks, scale, SIZE),
      label: pointsFrom(ticks * data.tick),
    })),
    triggerX: xOf(0, scale, SIZE),
    unknownX: data.knownToS < scale.toS ? xOf(Math.max(0, data.knownToS), scale, SIZE) : null,
    minutes: minutes.map((s) => ({ x: xOf(s, scale, SIZE), label: s === 0 ? 'trigger' : signedMinutes(s) })),
    points: roundSteps(-reach, reach, AXIS_TICKS).map((value) => ({ y: y(value), label: pointsFrom(value) })),
  };
}

/** Where every line ends, for those who hear the plot. */
export function pathInWords(data: PathPlotData): string {
  const ends = data.lines
    .filter((line) => line.path.length > 0)
    .map((line) => {
      const [seconds, ticks] = line.path.at(-1) as readonly [number, number];
      return `${line.label}: ${pointsFrom(ticks * data.tick)} points from the level ${signedMinutes(seconds)} from the trigger`;
    });
  return ends.length > 0 ? `${ends.join('; ')}.` : 'No path is known.';
}

function pointsFrom(points: number): string {
  return points === 0 ? '0' : `${points > 0 ? '+' : '−'}${String(Number(Math.abs(points).toFixed(3)))}`;
}

function signedMinutes(seconds: number): string {
  const minutes = Number((Math.abs(seconds) / 60).toFixed(1));
  return `${seconds < 0 ? '−' : '+'}${minutes} min`;
}
