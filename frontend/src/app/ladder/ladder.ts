import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { DayData } from '../api/day-data';
import { Replay } from '../board/replay';
import { points, signed } from '../ui/format';
import { PanelFrame } from '../ui/panel-frame';
import { PanelState } from '../ui/panel-state';
import { throttled } from '../ui/throttled';
import { FlowBar } from './flow-bar';
import { Ladder, Leader, StrikeBook, ladderAt } from './strikes.geometry';

/** The eye follows no more: ten a second. */
const UPDATE_MS = 100;

const LEADS: Record<Leader, string> = { longs: '▲', shorts: '▼', even: 'even', none: '' };
const WORDS: Record<Leader, string> = { longs: ' longs lead', shorts: ' shorts lead', even: '', none: '' };

/** What rests at every dollar around the level, what came and went there, and who leads by what rests against usual. */
@Component({
  selector: 'sp-ladder',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, FlowBar],
  templateUrl: './ladder.html',
  styleUrl: './ladder.css',
})
export class LadderPanel {
  protected readonly replay = inject(Replay);
  protected readonly signed = signed;

  private readonly frame = throttled(() => this.present(), UPDATE_MS);

  protected readonly ladder = computed<Ladder | null>(() => {
    const { data, index } = this.frame();
    if (data === null || index < 0) return null;
    const levelTicks = data.levelAt(this.replay.level(), data.endS(index));
    return ladderAt(data, index, levelTicks, data.day.ladder.step_ticks);
  });
  protected readonly state = computed<PanelState>(() => {
    const state = this.replay.tableState('ladder');
    const isGap = state.kind === 'ready' && this.frame().index >= 0 && this.ladder() === null;
    return isGap ? { kind: 'gap', message: 'gap: no book in this window' } : state;
  });
  protected readonly levelName = computed(() => this.replay.day()?.levelName(this.replay.level()) ?? '');
  protected readonly heading = computed(() => {
    const { data, index } = this.frame();
    if (data === null || index < 0 || this.ladder() === null) return 'Strike ladder';
    const levelTicks = data.levelAt(this.replay.level(), data.endS(index));
    return this.ladder()!.around === 'level'
      ? `Strike ladder at ${this.levelName()} ${points(levelTicks, data.day.tick)}`
      : 'Strike ladder at the price';
  });
  protected readonly unit = computed(() => {
    const ladder = this.ladder();
    const farAway = ladder?.around === 'price' ? `${this.levelName()} is out of the ladder's reach · ` : '';
    return `${farAway}contracts of the last ${this.horizonS()} s: came less pulled, sold, bought`;
  });

  protected readonly horizonS = computed(() => this.frame().data?.day.ladder.display_s ?? NaN);

  protected readonly words = WORDS;

  /** `▲ 1.6x`: who leads, and how many times usual rests on that side; without the latter where it has nothing there. */
  protected leads({ leader, bids, asks }: StrikeBook): string {
    const own = leader === 'longs' ? bids : leader === 'shorts' ? asks : null;
    return own === null || own.contracts === 0 || own.timesUsual === null
      ? LEADS[leader]
      : `${LEADS[leader]} ${own.timesUsual.toFixed(1)}x`;
  }

  protected price(strikeTicks: number): string {
    return points(strikeTicks, this.frame().data!.day.tick);
  }

  /** Points from the row in the middle. */
  protected offset(steps: number): string {
    const { step_ticks } = this.frame().data!.day.ladder;
    return signed(steps * step_ticks * this.frame().data!.day.tick);
  }

  private present(): { data: DayData | null; index: number } {
    const data = this.replay.day();
    data?.revision();
    return { data, index: this.replay.cursor() };
  }
}
