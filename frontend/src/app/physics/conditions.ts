import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { ConditionColumns, DayData, STATES } from '../api/day-data';
import { LevelInfo } from '../api/schema';
import { Replay } from '../board/replay';
import { roughly } from '../ui/duration';
import { points, signed } from '../ui/format';
import { newYorkMinute } from '../ui/new-york';
import { PanelFrame } from '../ui/panel-frame';
import { throttled } from '../ui/throttled';
import { BalanceNow, balanceAt } from './balance';
import { CONDITIONS, ConditionCell, cellOf } from './conditions.geometry';

const UPDATE_MS = 100;
const NUMBERS = [1, 2, 3, 4] as const;

export interface LevelRow {
  readonly levelId: string;
  readonly name: string;
  readonly price: string;
  /** Why the row has no figures; empty where it has. */
  readonly why: string;
  /** The window is marked: nothing in it can be trusted. */
  readonly isGap: boolean;
  readonly distance: string;
  readonly cells: readonly ConditionCell[];
  /** Null where the level is too far from the price for its conditions to be measured. */
  readonly balance: BalanceNow | null;
  readonly touches: number;
  readonly since: string;
  readonly state: (typeof STATES)[number];
}

/** The four conditions at every level of the board: how fast against usual, and which way each speaks. */
@Component({
  selector: 'sp-conditions',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  templateUrl: './conditions.html',
  styleUrl: './conditions.css',
})
export class ConditionsPanel {
  protected readonly replay = inject(Replay);
  protected readonly conditions = CONDITIONS;
  protected readonly glyphs = { up: '▲', down: '▼', even: '', none: '' };

  private readonly frame = throttled(() => {
    const data = this.replay.day();
    data?.revision();
    return { data, index: this.replay.cursor(), levels: this.replay.boardLevels() };
  }, UPDATE_MS);

  protected readonly rows = computed<LevelRow[]>(() => {
    const { data, index, levels } = this.frame();
    return data === null || index < 0 ? [] : levels.map((levelId) => rowOf(data, index, levelId));
  });
}

function rowOf(data: DayData, index: number, levelId: string): LevelRow {
  const info = data.day.levels.find((level) => level.level_id === levelId);
  const priceTicks = data.levelAt(levelId, data.endS(index));
  const columns = data.conditions.get(levelId);
  return {
    levelId,
    name: info?.name ?? levelId,
    price: points(priceTicks, data.day.tick),
    why: Number.isNaN(priceTicks) ? whyNoPrice(info) : '',
    isGap: data.marks[index] !== 0,
    distance: signed((data.midAt(index) - priceTicks) * data.day.tick, 2),
    cells: columns === undefined ? [] : cellsOf(columns, index),
    balance: balanceAt(columns, index),
    touches: columns === undefined ? 0 : touchesAt(columns, index),
    since: columns === undefined ? 'not yet' : sinceNear(columns, index, data.day.window_s),
    state: STATES[columns?.state[index] ?? 0],
  };
}

function cellsOf(columns: ConditionColumns, index: number): ConditionCell[] {
  return NUMBERS.map((number) =>
    cellOf(number - 1, columns[`times${number}`][index], columns[`contracts${number}`][index], columns[`sign${number}`][index]),
  );
}

/** Touches up to a window; in one that was not measured, out of the level's reach, those of the last that was. */
function touchesAt(columns: ConditionColumns, index: number): number {
  let last = index;
  while (last >= 0 && Number.isNaN(columns.distanceTicks[last])) last--;
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
