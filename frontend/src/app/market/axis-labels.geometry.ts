import { spread } from '../ui/axis.geometry';
import { points } from '../ui/format';
import { Px, Ticks, ToY } from '../ui/units';
import { LevelLine, confluentGroups } from './levels';

/** Height of a label on the price axis. */
export const LABEL_HEIGHT: Px = 16;

/** One label of the price axis: where its price lies and where there was room for it. */
export interface AxisLabel {
  text: string;
  line: LevelLine | null;
  priceY: Px;
  y: Px;
}

/** From the upper to the lower of the labels whose levels are confluent. */
export interface Bracket {
  top: Px;
  bottom: Px;
}

/** Text of a level's label; the arrow says on which side a price out of sight lies. */
function levelText(line: LevelLine, tick: number, low: Ticks, high: Ticks): string {
  const arrow = line.ticks > high ? '▲ ' : line.ticks < low ? '▼ ' : '';
  return `${arrow}${line.name} ${points(line.ticks, tick)}`;
}

/** Labels of all levels and of the last price, none over another; levels out of sight wait at the edge. */
export function axisLabels(
  lines: readonly LevelLine[],
  closeTicks: Ticks,
  tick: number,
  low: Ticks,
  high: Ticks,
  height: Px,
  toY: ToY,
): AxisLabel[] {
  const known = lines.filter(({ ticks }) => Number.isFinite(ticks));
  const wanted = [
    ...known.map((line) => ({ text: levelText(line, tick, low, high), line: line as LevelLine | null, ticks: line.ticks })),
    ...(Number.isFinite(closeTicks) ? [{ text: `last ${points(closeTicks, tick)}`, line: null, ticks: closeTicks }] : []),
  ];
  const centres = spread(
    wanted.map(({ ticks }) => toY(ticks)),
    LABEL_HEIGHT,
    0,
    height,
  );
  return wanted.map(({ text, line, ticks }, i) => ({ text, line, priceY: toY(ticks), y: centres[i] }));
}

export function brackets(labels: readonly AxisLabel[], withinTicks: number): Bracket[] {
  const lines = labels.map(({ line }) => line).filter((line) => line !== null);
  return confluentGroups(lines, withinTicks).map((group) => {
    const centres = labels.filter(({ line }) => line && group.includes(line)).map(({ y }) => y);
    return { top: Math.min(...centres) - LABEL_HEIGHT / 2 + 1, bottom: Math.max(...centres) + LABEL_HEIGHT / 2 - 1 };
  });
}
