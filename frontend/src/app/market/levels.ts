import { DayData } from '../api/day-data';
import { LevelInfo } from '../api/schema';
import { Colours } from '../ui/palette';
import { EpochS, Span, Ticks } from '../ui/units';

export type Dash = 'solid' | 'dashed' | 'dotted';

/** How a level is drawn: still ones solid, the opening range dashed, moving ones dotted, so that colour is never alone. */
export interface LevelStyle {
  colour: keyof Colours;
  dash: Dash;
}

function levelStyle(info: LevelInfo): LevelStyle {
  if (info.moving) return { colour: 'or', dash: 'dotted' };
  if (info.group === 'opening_range') return { colour: 'or', dash: 'dashed' };
  if (info.group === 'premarket') return { colour: 'pm', dash: 'solid' };
  return { colour: info.group === 'gamma' ? 'text' : 'muted', dash: 'solid' };
}

/** A stretch of time during which a level had one price. */
export interface Step extends Span {
  ticks: Ticks;
}

/** A level as it was known at one moment: its path until then and its price there. */
export interface LevelLine {
  levelId: string;
  name: string;
  style: LevelStyle;
  selected: boolean;
  steps: Step[];
  ticks: Ticks;
}

/** The lines of `levelIds` as known at `untilS`, the selected one last so that it lies on top; a level not known by then has none. */
export function levelLines(data: DayData, levelIds: readonly string[], selected: string, untilS: EpochS): LevelLine[] {
  const wanted = new Set([...levelIds, selected]);
  return data.day.levels
    .filter((info) => wanted.has(info.level_id))
    .map((info) => ({
      levelId: info.level_id,
      name: info.name,
      style: levelStyle(info),
      selected: info.level_id === selected,
      steps: levelSteps(data, info.level_id, untilS),
      ticks: data.levelAt(info.level_id, untilS),
    }))
    .filter((line) => line.steps.length > 0)
    .sort((one, other) => Number(one.selected) - Number(other.selected));
}

function levelSteps(data: DayData, levelId: string, untilS: EpochS): Step[] {
  const path = data.levels.get(levelId);
  if (!path) return [];
  const known = path.fromS.filter((fromS) => fromS <= untilS).length;
  return path.fromS
    .slice(0, known)
    .map((fromS, i) => ({ fromS, toS: i + 1 < known ? path.fromS[i + 1] : untilS, ticks: path.priceTicks[i] }))
    .filter((step) => Number.isFinite(step.ticks));
}
