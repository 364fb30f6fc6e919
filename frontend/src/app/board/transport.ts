import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { newYork, newYorkMinute } from '../ui/new-york';
import { STRIDE_S } from './keys';
import { Replay } from './replay';
import { marksOf, shareOf } from './scrub.geometry';
import { SPEEDS } from './speeds';

/** Play or follow, step, speed and the scrub bar. Nothing right of the cursor is drawn on it; on a live day it ends at the edge. */
@Component({
  selector: 'sp-transport',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="group" role="group" aria-label="Replay">
      <button
        type="button"
        class="play"
        [disabled]="!data()"
        [attr.aria-label]="goesOn() ? 'Pause' : live.isOn() ? 'Follow' : 'Play'"
        title="Space"
        (click)="replay.toggle()"
      >
        <span aria-hidden="true">{{ goesOn() ? '❚❚' : '▶' }}</span>
      </button>
      <kbd aria-hidden="true">space</kbd>
      <button type="button" [disabled]="!data()" aria-label="One window back" title="←" (click)="replay.step(-1)">‹</button>
      <button type="button" [disabled]="!data()" aria-label="One window on" title="→" (click)="replay.step(1)">›</button>
    </div>
    @if (!live.isOn()) {
      <select aria-label="Speed" title="Speed: [ slower, ] faster" (change)="replay.setSpeed(+speed.value)" #speed>
        @for (value of speeds(); track value) {
          <option [value]="value" [selected]="value === replay.speed()">{{ value }}×</option>
        }
      </select>
    }
    <div class="group jumps" role="group" aria-label="Jumps">
      <button type="button" [disabled]="!data()" aria-label="Previous episode" title="Ctrl ←" (click)="replay.stepEpisode(-1)">|◂</button>
      <button type="button" [disabled]="!data()" aria-label="2 minutes back" title="Shift ←" (click)="replay.step(-stride())">«</button>
      <button type="button" [disabled]="!data()" aria-label="2 minutes on" title="Shift →" (click)="replay.step(stride())">»</button>
      <button type="button" [disabled]="!data()" aria-label="Next episode" title="Ctrl →" (click)="replay.stepEpisode(1)">▸|</button>
    </div>
    <div class="scrub">
      <div class="marks" aria-hidden="true">
        @for (mark of marks(); track $index) {
          <i [class]="mark.side" [style.--at]="mark.at">{{ mark.glyph }}</i>
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
    </div>
    <span class="ends">
      @if (live.follows()) {
        <strong>at the live edge</strong>
      } @else if (live.isOn()) {
        <strong>REVIEW, {{ live.behind() }}</strong>
        <button type="button" title="To the live edge" (click)="replay.toEnd()">End</button>
      } @else if (replay.atEnd()) {
        <strong>session end</strong>
      }
      {{ ends() }}
    </span>
    <button type="button" class="events" [disabled]="!data()" [attr.aria-pressed]="replay.eventsOpen()" (click)="replay.toggleEvents()">
      Events <kbd aria-hidden="true">e</kbd>
    </button>
  `,
  styleUrl: './transport.css',
})
export class Transport {
  protected readonly replay = inject(Replay);
  protected readonly live = this.replay.live;
  protected readonly data = this.replay.day;
  protected readonly goesOn = computed(() => this.replay.playing() || this.live.follows());
  protected readonly stride = computed(() => STRIDE_S / (this.data()?.day.window_s ?? STRIDE_S));
  protected readonly speeds = computed(() => [...new Set([...SPEEDS, this.replay.speed()])].sort((a, b) => a - b));
  protected readonly marks = computed(() => {
    const data = this.data();
    if (!data) return [];
    data.revision();
    return marksOf(this.replay.episodes(), data.events, this.replay.level(), data, this.replay.first(), this.replay.cursor());
  });
  protected readonly share = computed(() => shareOf(this.replay.target(), this.replay.first(), this.replay.last()));
  protected readonly ends = computed(() => {
    const ends = [this.replay.first(), this.replay.last()].map((index) => this.endOf(index, newYorkMinute));
    return this.data() ? ends.join(' – ') : '';
  });
  private readonly levelName = computed(() => this.data()?.levelName(this.replay.level()) ?? '');
  protected readonly valueText = computed(() => {
    const count = this.marks().length;
    return `${this.endOf(this.replay.target(), newYork)} New York, ${count} ${count === 1 ? 'mark' : 'marks'} of ${this.levelName()}`;
  });

  private endOf(index: number, time: (s: number) => string): string {
    const data = this.data();
    return data ? time(data.endS(index)) : '';
  }
}
