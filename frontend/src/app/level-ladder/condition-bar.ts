import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { signed } from '../market/format';
import { Mark, Side } from './conditions.geometry';

const WORDS: Record<Side, string> = {
  up: 'counts for up',
  down: 'counts for down',
  both: 'counts for up and for down',
  neither: 'counts for neither',
  noise: 'within the noise',
  none: 'not measured',
};

/** One condition as a bar from the zero line, right where there is more room up, with the noise band behind and the two minutes' mean below. */
@Component({
  selector: 'sp-condition-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <span class="glyph" aria-hidden="true">
      @switch (mark().side) {
        @case ('up') {<b class="up">▲</b>}
        @case ('down') {<b class="down">▼</b>}
        @case ('both') {<b class="up">▲</b><b class="down">▼</b>}
        @case ('noise') {·}
        @default {–}
      }
    </span>
    <span class="track" aria-hidden="true">
      @if (mark().band > 0) {
        <i class="band" [style.left.%]="50 - 50 * mark().band" [style.width.%]="100 * mark().band"></i>
      }
      <i class="bar" [style.left.%]="mark().share < 0 ? 50 + 50 * mark().share : 50" [style.width.%]="50 * size()"></i>
      @if (mark().mean !== null) {
        <i class="mean" [style.left.%]="50 + 50 * mark().mean!"></i>
      }
    </span>
    <span class="figure" aria-hidden="true">{{ figure() }}</span>
    <span class="hidden">{{ figure() }} {{ words[mark().side] }}</span>
  `,
  host: { '[class]': 'mark().side', '[title]': 'figure() + ", " + words[mark().side]' },
  styleUrl: './condition-bar.css',
})
export class ConditionBar {
  readonly mark = input.required<Mark>();
  /** Decimals of the figure. */
  readonly digits = input.required<number>();
  protected readonly words = WORDS;
  protected readonly size = computed(() => Math.abs(this.mark().share));
  protected readonly figure = computed(() => signed(this.mark().value, this.digits()));
}
