import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { signed } from '../ui/format';
import { Flow } from './strikes.geometry';

/** A flow as figure and bar: adding solid to the right of the zero line, pulling hatched to the left. */
@Component({
  selector: 'sp-flow-bar',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <span class="figure" [class.muted]="flow().contracts === 0">{{ figure() }}</span>
    <span class="track" aria-hidden="true">
      <i [class.pulling]="flow().share < 0" [class.clipped]="flow().clipped" [style.width.%]="width()"></i>
    </span>
    <span class="hidden">{{ flow().contracts < 0 ? ' pulling' : '' }}</span>
  `,
  styleUrl: './flow-bar.css',
})
export class FlowBar {
  readonly flow = input.required<Flow>();
  protected readonly figure = computed(() => signed(this.flow().contracts));
  /** Each side of the zero line is half of the track. */
  protected readonly width = computed(() => 50 * Math.abs(this.flow().share));
}
