import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import type { Approach } from '../api/approach';
import { newYork, newYorkMinute } from '../ui/new-york';
import { named } from '../ui/words';
import { STRIDE_S } from './keys';
import { Replay } from './replay';
import { marksOf, shareOf } from './scrub.geometry';
import { SPEEDS } from './speeds';

/** Play, step, speed, level and the scrub bar. Nothing right of the cursor is drawn on it. */
@Component({
  selector: 'sp-transport',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="group" role="group" aria-label="Replay">
      <button
        type="button"
        class="play"
        [disabled]="!data()"
        [attr.aria-label]="replay.playing() ? 'Pause' : 'Play'"
        title="Space"
        (click)="replay.toggle()"
      >
        <span aria-hidden="true">{{ replay.playing() ? '❚❚' : '▶' }}</span> {{ replay.playing() ? 'Pause' : 'Play' }}
      </button>
      <button type="button" [disabled]="!data()" aria-label="Previous episode" title="Ctrl ←" (click)="replay.stepEpisode(-1)">|◂</button>
      <button type="button" [disabled]="!data()" aria-label="2 minutes back" title="Shift ←" (click)="replay.step(-stride())">«</button>
      <button type="button" [disabled]="!data()" aria-label="One window back" title="←" (click)="replay.step(-1)">‹</button>
      <button type="button" [disabled]="!data()" aria-label="One window on" title="→" (click)="replay.step(1)">›</button>
      <button type="button" [disabled]="!data()" aria-label="2 minutes on" title="Shift →" (click)="replay.step(stride())">»</button>
      <button type="button" [disabled]="!data()" aria-label="Next episode" title="Ctrl →" (click)="replay.stepEpisode(1)">▸|</button>
    </div>
    <label class="speed"
      ><span>Speed</span>
      <select title="[ slower, ] faster" (change)="replay.setSpeed(+speed.value)" #speed>
        @for (value of speeds(); track value) {
          <option [value]="value" [selected]="value === replay.speed()">{{ value }}×</option>
        }
      </select>
    </label>
    <div class="scrub">
      <div class="marks" aria-hidden="true">
        @for (mark of marks(); track $index) {
          <i [class]="mark.side" [class.chosen]="mark.chosen" [style.--at]="mark.at">{{ mark.glyph }}</i>
        }
      </div>
      <input
        type="range"
        aria-label="Moment of the session"
        [attr.aria-valuetext]="valueText()"
        [disabled]="!data()"
        [min]="replay.first()"
        [max]="replay.last()"
        [value]="replay.target()"
        [style.--share]="share()"
        (input)="replay.goToWindow(+range.value)"
        #range
      />
      <div class="ends" aria-hidden="true">
        <span>{{ startText() }}</span>
        @if (replay.atEnd()) {
          <strong>session end</strong>
        }
        <span>{{ endText() }}</span>
      </div>
    </div>
    <label class="level"
      ><span>Level</span>
      <select title="1 to 6" [disabled]="!data()" (change)="replay.setLevel(level.value)" #level>
        @for (one of levels(); track one.level_id) {
          <option [value]="one.level_id" [selected]="one.level_id === replay.level()">{{ one.name }}</option>
        }
      </select>
    </label>
    <button
      type="button"
      class="direction"
      [disabled]="!data()"
      title="f"
      [attr.aria-label]="'Direction: ' + direction() + '. Flip it.'"
      (click)="replay.flipApproachDir()"
    >
      <span aria-hidden="true">{{ replay.approachDir() === below ? '↗' : '↘' }}</span> {{ direction() }}
    </button>
  `,
  styleUrl: './transport.css',
})
export class Transport {
  protected readonly replay = inject(Replay);
  protected readonly below: Approach = 'from_below';
  protected readonly data = this.replay.day;
  protected readonly stride = computed(() => STRIDE_S / (this.data()?.day.window_s ?? STRIDE_S));
  protected readonly speeds = computed(() => [...new Set([...SPEEDS, this.replay.speed()])].sort((a, b) => a - b));
  protected readonly levels = computed(() => this.data()?.day.levels ?? []);
  protected readonly direction = computed(() => named(this.replay.approachDir()));
  protected readonly marks = computed(() => {
    const data = this.data();
    return data ? marksOf(this.replay.episodes(), this.replay.level(), data, this.replay.first(), this.replay.cursor()) : [];
  });
  protected readonly share = computed(() => shareOf(this.replay.target(), this.replay.first(), this.replay.last()));
  protected readonly startText = computed(() => this.endOf(this.replay.first(), newYorkMinute));
  protected readonly endText = computed(() => this.endOf(this.replay.last(), newYorkMinute));
  protected readonly valueText = computed(() => {
    const marks = this.marks();
    return `${this.endOf(this.replay.target(), newYork)} New York, ${marks.length} ${marks.length === 1 ? 'episode' : 'episodes'} so far`;
  });

  private endOf(index: number, time: (s: number) => string): string {
    const data = this.data();
    return data ? time(data.endS(index)) : '';
  }
}
