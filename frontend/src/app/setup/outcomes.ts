import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { SetupAnswer } from '../api/schema';
import { PanelFrame } from '../ui/panel-frame';
import { PanelState } from '../ui/panel-state';
import { outcomeLines } from './outcomes.geometry';
import { ShareLine } from './share-line';

/** How many of the similar setups went through the level or back from it, soon, at the answer's horizon and late. */
@Component({
  selector: 'sp-outcomes',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, ShareLine],
  template: `
    <sp-panel heading="What they did" [unit]="unit()" [state]="state()">
      @if (lines().length > 0) {
        <table>
          <thead>
            <tr>
              <th scope="col">after</th>
              <th scope="col" class="line">
                <span class="brief">share</span><span class="whole">share that broke, {{ percent() }} % range</span>
              </th>
              <th scope="col">broke / usual</th>
              <th scope="col">back</th>
              <th scope="col">n</th>
            </tr>
          </thead>
          <tbody>
            @for (line of lines(); track line.after) {
              <tr [class.primary]="line.isPrimary" [class]="line.direction">
                <th scope="row">{{ line.after }}</th>
                <td class="line">
                  <sp-share-line [gauge]="line.gauge" />
                  <span class="hidden">{{ line.compared }}</span>
                </td>
                <td>
                  <b>{{ line.gauge.percent }} %</b> / {{ line.gauge.usual }}
                </td>
                <td>{{ line.back }} %</td>
                <td>{{ line.setups }}</td>
              </tr>
            }
          </tbody>
        </table>
        <p>dash: usual share of {{ answer()!.past.episodes }} tests<span class="whole"> · coloured only when it differs</span></p>
      } @else {
        <p class="nothing">too little past to say</p>
      }
    </sp-panel>
  `,
  styleUrl: './outcomes.css',
})
export class Outcomes {
  readonly answer = input.required<SetupAnswer | null>();
  readonly state = input.required<PanelState>();

  protected readonly lines = computed(() => {
    const answer = this.answer();
    return answer === null ? [] : outcomeLines(answer);
  });
  protected readonly unit = computed(() => {
    const setup = this.answer()?.setup;
    return setup === undefined ? '' : `through or back by ${Number((setup.barrier_ticks * setup.tick).toFixed(2))} points first`;
  });
  protected readonly percent = computed(() => Math.round(100 * (this.answer()?.interval ?? NaN)));
}
