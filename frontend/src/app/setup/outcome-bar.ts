import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Approach } from '../api/approach';
import { OutcomeRow } from '../api/schema';
import { outcomeMarks, shareInWords } from './outcome-bar.geometry';
import { ShareTrack } from './share-track';

/** Shares of BREAK, REJECT and CHOP at one horizon: bar, whisker of the interval, tick of what is usual from here, each on 0 to 100 %. */
@Component({
  selector: 'sp-outcome-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ShareTrack],
  template: `
    <ul>
      @for (marks of marks(); track marks.look.kind) {
        <li [class]="marks.look.direction">
          <span class="hidden">{{ words()[$index] }}</span>
          <span class="figures" aria-hidden="true">
            <b>{{ marks.look.glyph }} {{ marks.look.kind }} {{ marks.p.toFixed(0) }} %</b>
            <span class="muted">{{ marks.range }}</span>
          </span>
          <sp-share-track [marks]="marks" />
        </li>
      }
    </ul>
  `,
  styleUrl: './outcome-bar.css',
})
export class OutcomeBar {
  readonly row = input.required<OutcomeRow>();
  readonly approachDir = input.required<Approach>();
  /** Coverage of the whiskers, 0..1. */
  readonly interval = input.required<number>();

  protected readonly marks = computed(() => outcomeMarks(this.row(), this.approachDir()));
  protected readonly words = computed(() => this.marks().map((marks) => shareInWords(marks, this.interval())));
}
