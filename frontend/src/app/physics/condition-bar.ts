import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { signed } from '../ui/format';
import { ConditionMark, Side } from './conditions.geometry';

const WORDS: Record<Side, string> = {
  up: 'counts for up',
  down: 'counts for down',
  both: 'counts for up and for down',
  neither: 'counts for neither',
  noise: 'within the noise',
  none: 'not measured',
};

/** Bound as text: a glyph that changes with the window makes no element anew. */
const GLYPHS: Record<Side, { up: string; down: string; flat: string }> = {
  up: { up: '▲', down: '', flat: '' },
  down: { up: '', down: '▼', flat: '' },
  both: { up: '▲', down: '▼', flat: '' },
  neither: { up: '', down: '', flat: '–' },
  noise: { up: '', down: '', flat: '·' },
  none: { up: '', down: '', flat: '–' },
};

/** One condition as a bar from the zero line, right where there is more room up, over the noise band and the two minutes' mean below. */
@Component({
  selector: 'sp-condition-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <span class="glyph" aria-hidden="true"
      ><b class="up">{{ glyphs[mark().side].up }}</b
      ><b class="down">{{ glyphs[mark().side].down }}</b
      >{{ glyphs[mark().side].flat }}</span
    >
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
  readonly mark = input.required<ConditionMark>();
  /** Decimals of the figure. */
  readonly digits = input.required<number>();
  protected readonly words = WORDS;
  protected readonly glyphs = GLYPHS;
  protected readonly size = computed(() => Math.abs(this.mark().share));
  protected readonly figure = computed(() => signed(this.mark().value, this.digits()));
}
