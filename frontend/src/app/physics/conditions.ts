import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { ConditionColumns, DayData, STATES } from '../api/day-data';
import { LevelInfo } from '../api/schema';
import { Replay } from '../board/replay';
import { roughly } from '../ui/duration';
import { points, signed } from '../ui/format';
import { newYorkMinute } from '../ui/new-york';
import { PanelFrame } from '../ui/panel-frame';
import { throttled } from '../ui/throttled';
import { ConditionBar } from './condition-bar';
import { Counter, ConditionMark, Measured, counters, markOf, recentMean } from './conditions.geometry';

const UPDATE_MS = 100;
/** Each heading names what a bar to the right means. */
const NAMES = ['asks away', 'asks pulled', 'bids closer', 'bids added'] as const;
const MEANINGS = [
  'Asks above move away, up (right) or come closer (left). Away counts both ways: room up, and half of a vacuum down.',
  'Asks above are pulled faster than added (right) or added faster (left). Pulled counts both ways: room up, and half of a vacuum down.',
  'Bids below come closer (right) and count for up, or move away, down (left) and count for down.',
  'Bids below are added faster than pulled (right) and count for up, or pulled faster (left) and count for down.',
] as const;

export interface LevelRow {
  readonly levelId: string;
  readonly name: string;
  readonly price: string;
  /** Why the row has no figures; empty where it has. */
  readonly why: string;
  /** The window is marked: nothing in it can be trusted. */
  readonly isGap: boolean;
  readonly distance: string;
  readonly marks: readonly ConditionMark[];
  /** False where the level is too far from the price for its conditions to be measured. */
  readonly isMeasured: boolean;
  readonly up: Counter;
  readonly down: Counter;
  readonly touches: number;
  readonly since: string;
  readonly state: (typeof STATES)[number];
}

/** The same four conditions at every level of the board, side by side. */
@Component({
  selector: 'sp-conditions',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, ConditionBar],
  templateUrl: './conditions.html',
  styleUrl: './conditions.css',
})
export class ConditionsPanel {
  protected readonly replay = inject(Replay);
  protected readonly names = NAMES;
  protected readonly meanings = MEANINGS;

  private readonly frame = throttled(() => {
    const data = this.replay.day();
    data?.revision();
    return { data, index: this.replay.cursor(), levels: this.replay.boardLevels() };
  }, UPDATE_MS);

  protected readonly rows = computed<LevelRow[]>(() => {
    const { data, index, levels } = this.frame();
    return data === null || index < 0 ? [] : levels.map((levelId) => rowOf(data, index, levelId));
  });
  /** Decimals of each condition's figures: the shift of a centre of mass is a few hundredths, pulled against added a few units. */
  protected readonly digits = computed(() =>
    (this.frame().data?.day.conditions ?? NAMES.map(() => null)).map((scale) => (scale !== null && scale.full < 0.5 ? 3 : 2)),
  );
  protected readonly hasScale = computed(() => (this.frame().data?.day.conditions ?? null) !== null);
}

function rowOf(data: DayData, index: number, levelId: string): LevelRow {
  const info = data.day.levels.find((level) => level.level_id === levelId);
  const priceTicks = data.levelAt(levelId, data.endS(index));
  const columns = data.conditions.get(levelId);
  const measured = measuredAt(columns, index);
  const means =
    columns === undefined ? measured : [columns.c1, columns.c2, columns.c3, columns.c4].map((column) => recentMean(column, index));
  return {
    levelId,
    name: info?.name ?? levelId,
    price: points(priceTicks, data.day.tick),
    why: Number.isNaN(priceTicks) ? whyNoPrice(info) : '',
    isGap: data.marks[index] !== 0,
    distance: signed((data.midAt(index) - priceTicks) * data.day.tick, 2),
    marks: measured.map((value, condition) => markOf(condition, value, means[condition], data.day.conditions?.[condition] ?? null)),
    isMeasured: measured.some((value) => !Number.isNaN(value)),
    ...counters(measured),
    touches: columns === undefined ? 0 : touchesAt(columns, index),
    since: columns === undefined ? 'not yet' : sinceNear(columns, index, data.day.window_s),
    state: STATES[columns?.state[index] ?? 0],
  };
}

function measuredAt(columns: ConditionColumns | undefined, index: number): Measured {
  if (columns === undefined) return [NaN, NaN, NaN, NaN];
  return [columns.c1[index], columns.c2[index], columns.c3[index], columns.c4[index]];
}

/** Touches up to a window; in one that was not measured, out of the level's reach, those of the last that was. */
function touchesAt(columns: ConditionColumns, index: number): number {
  let last = index;
  while (last >= 0 && Number.isNaN(columns.distance[last])) last--;
  return last < 0 ? 0 : columns.touches[last];
}

function whyNoPrice(info: LevelInfo | undefined): string {
  if (info === undefined) return 'not built for this day';
  return info.known_from_s === null ? (info.reason ?? 'not known yet') : `from ${newYorkMinute(info.known_from_s)}`;
}

/** `near 35 s` while the price is within the near zone, else how long ago it left it. */
function sinceNear(columns: ConditionColumns, index: number, windowS: number): string {
  if (columns.nearS[index] > 0) return `near ${roughly(columns.nearS[index])}`;
  let last = index;
  while (last >= 0 && columns.nearS[last] === 0) last--;
  return last < 0 ? 'not yet' : `${roughly((index - last) * windowS)} ago`;
}
