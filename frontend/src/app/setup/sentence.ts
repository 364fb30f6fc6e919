import { ChangeDetectionStrategy, Component, computed, inject, linkedSignal } from '@angular/core';
import { DayData, NO_TICK } from '../api/day-data';
import { SetupAnswer } from '../api/schema';
import { newYork } from '../market/format';
import { Replay } from '../replay/replay';
import { duration } from './duration';
import { piecesOf, sinceThen } from './sentence.geometry';
import { shownAnswer } from './shown-answer';

/** The answer in one sentence, how old its setup is, and where the price went since. */
@Component({
  selector: 'sp-sentence',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section aria-label="The answer in one sentence" [attr.aria-busy]="state().kind === 'loading'">
      @if (answer(); as answer) {
        <p class="sentence">
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
        <p class="age">
          <span>Setup of <b>{{ setupTime() }}</b>, {{ age() }}. </span>
          @if (since()) {
            <span [class.left]="hasLeft()">{{ since() }} </span>
          }
          @if (answer.synthetic) {
            <span class="badge synthetic" title="simulated data, no market">SYNTHETIC</span>
          }
        </p>
      } @else {
        @switch (state().kind) {
          @case ('error') {
            <p role="alert" class="problem"><span aria-hidden="true">⚠ </span>{{ message() }} <button type="button" (click)="retry()">Try again</button></p>
          }
          @case ('empty') {
            <p role="status">{{ message() }}</p>
          }
          @default {
            <p class="waiting" role="status"><span class="hidden">The answer is being looked up</span></p>
          }
        }
        @if (mend()) {
          <code>{{ mend() }}</code>
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
  protected readonly pieces = computed(() => piecesOf(this.answer()?.sentence ?? ''));
  protected readonly setupTime = computed(() => newYork(this.answer()?.setup.ts_s ?? NaN));
  private readonly ageS = computed(() => this.replay.cursorS() - (this.answer()?.setup.ts_s ?? NaN));
  protected readonly age = computed(() => (this.ageS() === 0 ? 'now' : `${duration(this.ageS())} ago`));
  protected readonly since = computed(() => this.place(this.answer()));
  protected readonly hasLeft = computed(() => this.since().startsWith('The price has left'));

  /** What a screen reader is told: the first sentence of every episode, not each window's. */
  protected readonly announced = linkedSignal<SetupAnswer | null, { episode: string; text: string }>({
    source: this.answer,
    computation: (answer, previous) => {
      const episode = answer === null ? '' : episodeOf(answer);
      if (previous !== undefined && (answer === null || previous.value.episode === episode)) return previous.value;
      return { episode, text: answer?.sentence ?? '' };
    },
  });

  protected readonly message = computed(() => {
    const state = this.state();
    return 'message' in state ? state.message : '';
  });
  protected readonly mend = computed(() => {
    const state = this.state();
    return 'mend' in state ? state.mend : null;
  });

  protected retry(): void {
    const state = this.state();
    if (state.kind === 'error') state.retry();
  }

  private place(answer: SetupAnswer | null): string {
    const data = this.replay.day();
    if (answer === null || data === null) return '';
    const index = this.replay.cursor();
    const { level_id } = answer.setup;
    return sinceThen({
      ageS: this.ageS(),
      windowS: data.day.window_s,
      distanceTicks: midAt(data, index) - data.levelAt(level_id, data.endS(index)),
      nearTicks: data.day.zone_ticks.near,
      tick: data.day.tick,
      levelName: data.day.levels.find((level) => level.level_id === level_id)?.name ?? level_id,
    });
  }
}

function midAt(data: DayData, index: number): number {
  const [bid, ask] = [data.bid[index], data.ask[index]];
  return bid === NO_TICK || ask === NO_TICK ? NaN : (bid + ask) / 2;
}

function episodeOf({ setup }: SetupAnswer): string {
  return [setup.symbol, setup.session_date, setup.level_id, setup.approach, setup.episode].join(' ');
}
