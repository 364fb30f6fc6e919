import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { DayData } from '../api/day-data';
import { Replay } from '../board/replay';
import { roughly } from '../ui/duration';
import { points } from '../ui/format';
import { PanelFrame } from '../ui/panel-frame';
import { throttled } from '../ui/throttled';
import { BalanceNow, balanceAt } from './balance';
import {
  BARS_HEIGHT,
  CONDITIONS,
  MeasuredCondition,
  barsPath,
  barsWidth,
  countFor,
  historyAt,
  historyText,
  measuredAt,
} from './conditions.geometry';
import { levelNow } from './level-now';

const UPDATE_MS = 100;
/** Half-lives after which 94 of 100 parts of the weight lie in between. */
const HALF_LIVES = 4;

/** One direction of price: which conditions speak for it, and what it would be of the approach. */
interface DirectionRow {
  readonly side: 'up' | 'down';
  readonly glyph: string;
  readonly word: 'break' | 'reject';
  readonly count: number;
  readonly leads: boolean;
  readonly boxes: readonly { readonly needs: string; readonly isLit: boolean }[];
}

interface View {
  readonly cells: readonly MeasuredCondition[];
  readonly hasPast: boolean;
  readonly balance: BalanceNow;
  readonly held: string;
}

/** The four conditions at the chosen level: what each direction needs, what was measured, and what both sides do together. */
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
  protected readonly barsHeight = BARS_HEIGHT;

  private readonly frame = throttled(() => {
    const data = this.replay.day();
    data?.revision();
    return { data, index: this.replay.cursor(), levelId: this.replay.level() };
  }, UPDATE_MS);

  protected readonly unit = computed(() => {
    const { data, levelId } = this.frame();
    return data ? `${data.levelName(levelId)}, about ${data.horizonS()} s, within ${far(data)} points or more` : '';
  });
  protected readonly unitSays = computed(() => {
    const { data } = this.frame();
    if (!data) return '';
    return (
      `Sums in which a window weighs half as much every ${data.horizonS() / HALF_LIVES} s: 94 of 100 parts lie in the last ${data.horizonS()} s. ` +
      `Asks from the level up, bids from it down, ${far(data)} points each, farther while the market is fast. 1.6x: 1.6 times as fast as usual.`
    );
  });
  /** Why there are no figures; empty where there are. */
  protected readonly why = computed(() => {
    const { data, index, levelId } = this.frame();
    return data === null || index < 0 ? '' : whyNot(data, index, levelId);
  });
  protected readonly view = computed<View | null>(() => {
    const { data, index, levelId } = this.frame();
    data?.horizonS();
    const columns = data?.conditions.get(levelId);
    const balance = balanceAt(columns, index);
    if (this.why() !== '' || columns === undefined || balance === null) return null;
    const cells = measuredAt(columns, index);
    return { cells, hasPast: cells.some(({ side }) => side !== 'none'), balance, held: roughly(balance.heldS) };
  });
  protected readonly rows = computed<DirectionRow[]>(() => {
    const cells = this.view()?.cells ?? [];
    const isBelow = this.replay.approachDir() === 'from_below';
    const counts = { up: countFor(cells, 'up'), down: countFor(cells, 'down') };
    return (['up', 'down'] as const).map((side) => ({
      side,
      glyph: side === 'up' ? '▲' : '▼',
      word: isBelow === (side === 'up') ? 'break' : 'reject',
      count: counts[side],
      leads: counts[side] > 0 && counts[side] === Math.max(counts.up, counts.down),
      boxes: CONDITIONS.map((condition, place) => ({ needs: condition[side], isLit: cells[place]?.side === side })),
    }));
  });
  protected readonly history = computed(() => {
    const { data, index, levelId } = this.frame();
    data?.horizonS();
    const columns = data?.conditions.get(levelId);
    if (!data || !columns || index < 0) return null;
    const history = historyAt(columns, index, data.day.window_s);
    return { text: historyText(history), width: barsWidth(history.windows), up: barsPath(history, 'up'), down: barsPath(history, 'down') };
  });
}

function far(data: DayData): number {
  return data.day.zone_ticks.far * data.day.tick;
}

function whyNot(data: DayData, index: number, levelId: string): string {
  const level = levelNow(data, levelId, index);
  if (level.why) return `${level.name}: ${level.why}.`;
  if (data.marks[index] !== 0) return 'A gap: nothing is measured in this window.';
  if (balanceAt(data.conditions.get(levelId), index) !== null) return '';
  const side = level.distanceTicks > 0 ? 'above' : 'below';
  return `Price is ${points(Math.abs(level.distanceTicks), data.day.tick)} ${side} ${level.name}: its conditions are not measured here.`;
}
