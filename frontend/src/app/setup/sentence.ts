import { ChangeDetectionStrategy, Component, computed, inject, linkedSignal } from '@angular/core';
import { SetupAnswer } from '../api/schema';
import { Replay } from '../board/replay';
import { SyntheticBadge } from '../ui/badges';
import { duration } from '../ui/duration';
import { newYork } from '../ui/new-york';
import { fixOf, messageOf, tryAgain } from '../ui/panel-state';
import { named } from '../ui/words';
import { piecesOf, sinceThen, wordsOf } from './sentence.geometry';
import { shownAnswer } from './shown-answer';
import { distanceAt, standing } from './standing';

/** The answer in one sentence; where its setup is over, that there is none now comes first, and where the price went since. */
@Component({
  selector: 'sp-sentence',
  imports: [SyntheticBadge],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section aria-label="The answer in one sentence" [attr.aria-busy]="state().kind === 'loading'">
      @if (answer(); as answer) {
        @if (standing() === 'past') {
          <p class="over">
            <strong>No setup now. </strong>
            <span>{{ since() }} </span>
            @if (otherSide(); as side) {
              <span>There is one {{ side }}: key <kbd>f</kbd>. </span>
            }
            <span
              >The last one {{ side() }} was at <b>{{ setupTime() }}</b>, {{ age() }}:
            </span>
            @if (answer.synthetic) {
              <sp-synthetic-badge />
            }
          </p>
        }
        <p class="sentence" [class.past]="standing() === 'past'">
          @for (piece of pieces(); track $index) {
            @if (piece.isFigure) {
              <b>{{ piece.text }}</b>
            } @else {
              <span>{{ piece.text }}</span>
            }
          }
          @if (answer.nothing_like_it) {
            <strong class="strange"><span aria-hidden="true">≠ </span>Nothing like it before.</strong>
          }
        </p>
        @if (standing() !== 'past') {
          <p class="age">
            <span
              >Setup of <b>{{ setupTime() }}</b>, {{ age() }}.
            </span>
            <span>{{ since() }} </span>
            @if (answer.synthetic) {
              <sp-synthetic-badge />
            }
          </p>
        }
      } @else {
        @switch (state().kind) {
          @case ('error') {
            <p role="alert" class="problem">
              <span aria-hidden="true">⚠ </span>{{ message() }} <button type="button" (click)="retry()">Try again</button>
            </p>
          }
          @case ('empty') {
            <p role="status">{{ message() }}</p>
          }
          @default {
            <p class="waiting" role="status"><span class="hidden">The answer is being looked up</span></p>
          }
        }
        @if (fix()) {
          <code>{{ fix() }}</code>
        }
      }
      <p class="hidden" aria-live="polite">{{ announced().text }}</p>
    </section>
  `,
  styleUrl: './sentence.css',
})
export class Sentence {
  private readonly replay = inject(Replay);

  protected readonly state = computed(() => this.replay.setup().state);
  protected readonly answer = computed(() => shownAnswer(this.replay.setup().answer, this.replay.cursorS()));
  protected readonly pieces = computed(() => {
    const answer = this.answer();
    return answer === null ? [] : piecesOf(wordsOf(answer));
  });
  protected readonly setupTime = computed(() => newYork(this.answer()?.setup.ts_s ?? NaN));
  private readonly ageS = computed(() => this.replay.cursorS() - (this.answer()?.setup.ts_s ?? NaN));
  protected readonly age = computed(() => (this.ageS() === 0 ? 'now' : `${duration(this.ageS())} ago`));
  protected readonly since = computed(() => this.place(this.answer()));
  protected readonly standing = standing(() => ({ answer: this.answer(), data: this.replay.day(), index: this.replay.cursor() }));
  protected readonly side = computed(() => named(this.answer()?.setup.approach_dir ?? ''));
  /** The other side, in words, where the level is being tested from there; null where it is not. */
  protected readonly otherSide = computed(() => {
    const [setup, data] = [this.answer()?.setup, this.replay.day()];
    if (!setup || !data) return null;
    const running = this.replay
      .episodes()
      .find(
        (episode) =>
          episode.setup === setup.setup &&
          episode.level_id === setup.level_id &&
          episode.approach_dir !== setup.approach_dir &&
          this.replay.cursorS() - episode.last_trigger_s < data.day.window_s,
      );
    return running ? named(running.approach_dir) : null;
  });

  /** What a screen reader reads out: the first sentence of every episode, not each window's; nothing that lies right of the cursor. */
  protected readonly announced = linkedSignal<SetupAnswer | null, { episode: string; tsS: number; text: string }>({
    source: this.answer,
    computation: (answer, previous) => {
      const before = previous?.value ?? { episode: '', tsS: NaN, text: '' };
      if (answer === null) return { ...before, text: '' };
      const episode = episodeOf(answer);
      const tsS = answer.setup.ts_s;
      if (before.episode !== episode) return { episode, tsS, text: wordsOf(answer) };
      return tsS < before.tsS ? { episode, tsS, text: '' } : before;
    },
  });

  protected readonly message = computed(() => messageOf(this.state()));
  protected readonly fix = computed(() => fixOf(this.state()));

  protected retry(): void {
    tryAgain(this.state());
  }

  private place(answer: SetupAnswer | null): string {
    const data = this.replay.day();
    if (answer === null || data === null) return '';
    const index = this.replay.cursor();
    const { level_id } = answer.setup;
    return sinceThen({
      ageS: this.ageS(),
      windowS: data.day.window_s,
      distanceTicks: distanceAt(data, level_id, index),
      nearTicks: data.day.zone_ticks.near,
      tick: data.day.tick,
      levelName: data.levelName(level_id),
    });
  }
}

function episodeOf({ setup }: SetupAnswer): string {
  return [setup.symbol, setup.session_date, setup.level_id, setup.approach_dir, setup.episode].join(' ');
}
