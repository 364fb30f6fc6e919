import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { DayData } from '../api/day-data';
import { Replay } from '../board/replay';
import { points, signed } from '../ui/format';
import { PanelFrame } from '../ui/panel-frame';
import { PanelState } from '../ui/panel-state';
import { throttled } from '../ui/throttled';
import { FlowBar } from './flow-bar';
import { Ladder, Winner, flowScale, ladderAt } from './strikes.geometry';

/** The eye follows no more: ten a second. */
const UPDATE_MS = 100;

const WINNERS: Record<Winner, string> = { up: '▲ up', down: '▼ down', even: '– even' };

/** What comes, goes and rests at every dollar around the level, and who wins there. */
@Component({
  selector: 'sp-ladder',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, FlowBar],
  templateUrl: './ladder.html',
  styleUrl: './ladder.css',
})
export class LadderPanel {
  protected readonly replay = inject(Replay);
  protected readonly winners = WINNERS;
  protected readonly signed = signed;

  private readonly frame = throttled(() => this.present(), UPDATE_MS);

  protected readonly scale = computed(() => {
    const { data, index } = this.frame();
    return data === null || index < 0 ? 0 : flowScale(data, index, data.day.window_s);
  });
  protected readonly ladder = computed<Ladder | null>(() => {
    const { data, index } = this.frame();
    if (data === null || index < 0) return null;
    const levelTicks = data.levelAt(this.replay.level(), data.endS(index));
    return ladderAt(data, index, levelTicks, this.scale(), { stepTicks: data.day.ladder.step_ticks, windowS: data.day.window_s });
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
    return `${farAway}flow in contracts/s`;
  });

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
