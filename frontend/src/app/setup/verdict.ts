import { ChangeDetectionStrategy, Component, computed, inject, linkedSignal } from '@angular/core';
import { SetupAnswer } from '../api/schema';
import { Replay } from '../board/replay';
import { balanceAt } from '../physics/balance';
import { duration, roughly } from '../ui/duration';
import { points, signed } from '../ui/format';
import { newYork } from '../ui/new-york';
import { fixOf, messageOf, tryAgain } from '../ui/panel-state';
import { named } from '../ui/words';
import { ShareGauge } from './share-gauge';
import { shownAnswer } from './shown-answer';
import { distanceAt, standing } from './standing';
import { Slab, approachShare, approachSlab, clausesOf, fireOf, noAnswer, shareOf, slabOf } from './verdict.geometry';

/** The answer as a band: the side, the share against usual, the physics or a fire, and the sentence. */
@Component({
  selector: 'sp-verdict',
  imports: [ShareGauge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './verdict.html',
  styleUrl: './verdict.css',
})
export class Verdict {
  protected readonly replay = inject(Replay);
  protected readonly time = newYork;

  private readonly state = computed(() => this.replay.setup().state);
  /** The newest setup's answer, over or not. */
  private readonly answer = computed(() => shownAnswer(this.replay.setup().answer, this.replay.cursorS()));
  private readonly standing = standing(() => ({ answer: this.answer(), data: this.replay.day(), index: this.replay.cursor() }));
  private readonly isOver = computed(() => this.standing() === 'past');
  /** The answer of the setup that there is now. */
  private readonly now = computed(() => (this.isOver() ? null : this.answer()));
  private readonly approach = computed(() => (this.now() === null ? this.replay.approach() : null));

  protected readonly isWaiting = computed(() => this.state().kind === 'loading');
  /** Seconds without a message from a feed that has fallen silent; null while it speaks. */
  protected readonly silentS = computed(() => {
    const state = this.replay.dayState();
    return state.kind === 'stale' && state.isGrey ? Math.floor(state.ageS) : null;
  });
  protected readonly slab = computed<Slab>(() => {
    if (this.silentS() !== null) return noAnswer(`no data for ${this.silentS()} s`);
    const [now, approach] = [this.now(), this.approach()];
    if (now !== null) return slabOf(now);
    if (approach !== null) return approachSlab(approach);
    if (this.answer() !== null) return noAnswer(this.last());
    return noAnswer(this.isWaiting() ? 'being looked up' : this.state().kind === 'error' ? 'the server did not answer' : 'no test yet');
  });
  protected readonly share = computed(() => {
    const now = this.now();
    return now === null ? null : shareOf(now);
  });
  protected readonly coming = computed(() => {
    const approach = this.approach();
    return approach === null ? null : approachShare(approach);
  });
  /** Why there is no share, where nothing is on its way. */
  protected readonly problem = computed(() => {
    if (this.answer() !== null) return { isAlert: false, message: 'The level is not being tested now.', fix: null };
    if (this.isWaiting()) return null;
    return { isAlert: this.state().kind === 'error', message: messageOf(this.state()), fix: fixOf(this.state()) };
  });
  protected readonly balance = computed(() => {
    const data = this.replay.day();
    data?.revision();
    return balanceAt(data?.conditions.get(this.replay.level()), this.replay.cursor());
  });
  protected readonly held = computed(() => roughly(this.balance()?.heldS ?? 0));
  protected readonly fire = computed(() => {
    const now = this.now();
    return now === null ? null : fireOf(now, this.replay.cursorS(), this.replay.seenFireS());
  });
  /** What the fire is worth, and what became of fires before. */
  protected readonly worth = computed(() => {
    const { ev_ticks, cost_ticks } = this.now()!.edge;
    const hits = this.now()!.record.hit_share;
    const before = hits === null ? 'none fired before' : `${Math.round(100 * hits)} % of earlier fires came as said`;
    return ev_ticks === null ? before : `${signed(ev_ticks - cost_ticks, 1)} ticks after cost · ${before}`;
  });
  protected readonly clauses = computed(() => clausesOf(this.now()?.sentence ?? this.place()));
  protected readonly isStrange = computed(() => this.now()?.nothing_like_it ?? false);

  /** What a screen reader reads out: the answer of every episode once, not each window's; nothing that lies right of the cursor. */
  protected readonly announced = linkedSignal<SetupAnswer | null, { episode: string; tsS: number; text: string }>({
    source: this.answer,
    computation: (answer, previous) => {
      const before = previous?.value ?? { episode: '', tsS: NaN, text: '' };
      if (answer === null) return { ...before, text: '' };
      const episode = episodeOf(answer);
      const tsS = answer.setup.ts_s;
      if (before.episode !== episode) return { episode, tsS, text: `${answer.slab}. ${answer.said} ${answer.sentence}` };
      return tsS < before.tsS ? { episode, tsS, text: '' } : before;
    },
  });

  protected retry(): void {
    tryAgain(this.state());
  }

  /** `last test from below 12:04:50, 25 s ago`, and where the level is tested now. */
  private last(): string {
    const { ts_s, approach_dir } = this.answer()!.setup;
    const last = `last test ${named(approach_dir)} ${newYork(ts_s)}, ${duration(this.replay.cursorS() - ts_s)} ago`;
    return this.isTestedFromTheOtherSide() ? `one ${named(otherOf(approach_dir))} now: key f · ${last}` : last;
  }

  private isTestedFromTheOtherSide(): boolean {
    const [setup, data] = [this.answer()?.setup, this.replay.day()];
    if (!setup || !data) return false;
    return this.replay
      .episodes()
      .some(
        (episode) =>
          episode.setup === setup.setup &&
          episode.level_id === setup.level_id &&
          episode.approach_dir !== setup.approach_dir &&
          this.replay.cursorS() - episode.last_trigger_s < data.day.window_s,
      );
  }

  /** `Price 1.75 points above PM High 6693.50.`; empty while either is missing. */
  private place(): string {
    const data = this.replay.day();
    if (data === null) return '';
    const [level, index] = [this.replay.level(), this.replay.cursor()];
    const distance = distanceAt(data, level, index);
    if (Number.isNaN(distance)) return '';
    const away = (Math.abs(distance) * data.day.tick).toFixed(3).replace(/0$/, '');
    const where = distance === 0 ? 'at' : `${away} points ${distance > 0 ? 'above' : 'below'}`;
    return `Price ${where} ${data.levelName(level)} ${points(data.levelAt(level, data.endS(index)), data.day.tick)}.`;
  }
}

function otherOf(approachDir: string): string {
  return approachDir === 'from_below' ? 'from_above' : 'from_below';
}

function episodeOf({ setup }: SetupAnswer): string {
  return [setup.symbol, setup.session_date, setup.level_id, setup.approach_dir, setup.episode].join(' ');
}
