import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { SetupAnswer } from '../api/schema';
import { PanelFrame } from '../ui/panel-frame';
import { PanelState } from '../ui/panel-state';
import { whyLines } from './why.geometry';

/** Why these setups are the similar ones: what they share with the present one that is far from normal. */
@Component({
  selector: 'sp-why',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  template: `
    <sp-panel heading="Why these" unit="shared, far from normal" [state]="state()">
      @if (lines().length > 0) {
        <ul>
          @for (line of lines(); track line.phrase) {
            <li [title]="line.words">
              <span class="bar" aria-hidden="true"><i [style.width.%]="line.width"></i></span>
              <span class="phrase">{{ line.phrase }}</span>
              <span class="hidden">, {{ line.words }}</span>
            </li>
          }
        </ul>
      } @else {
        <p>too little past to say</p>
      }
    </sp-panel>
  `,
  styles: `
    :host {
      display: block;
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      position: relative;
      display: grid;
      grid-template-columns: 46px minmax(0, 1fr);
      align-items: center;
      gap: 12px;
      min-height: 24px;
    }
    .bar {
      height: 6px;
    }
    i {
      display: block;
      height: 100%;
      min-width: 3px;
      border-radius: 2px;
      background: var(--muted);
    }
    .phrase {
      line-height: 16px;
    }
    p {
      margin: 0;
      color: var(--muted);
    }
  `,
})
export class Why {
  readonly answer = input.required<SetupAnswer | null>();
  readonly state = input.required<PanelState>();
  protected readonly lines = computed(() => whyLines(this.answer()?.together ?? []));
}
