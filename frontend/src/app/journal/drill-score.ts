import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import type { ScoreRow, Tally } from '../api/schema';
import { Drill } from '../board/drill';
import { PanelFrame } from '../ui/panel-frame';
import { PanelState, READY } from '../ui/panel-state';

/** Right calls of all, by level and by hour, beside what two rules score on the same tests. */
@Component({
  selector: 'sp-drill-score',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  template: `
    <sp-panel heading="Your calls" unit="right of sides called" [state]="state()">
      <div class="scroll">
        <table class="figures">
          <thead>
            <tr>
              <th scope="col"></th>
              @for (head of heads; track head) {
                <th scope="col" class="num">{{ head }}</th>
              }
            </tr>
          </thead>
          <tbody>
            @for (row of rows(); track row.name) {
              <tr [class.all]="$first">
                <th scope="row">
                  {{ row.name }} <small>{{ row.passed }}</small>
                </th>
                @for (cell of row.cells; track $index) {
                  <td class="num">
                    {{ cell.right }} <small>{{ cell.interval }}</small>
                  </td>
                }
              </tr>
            }
          </tbody>
        </table>
        <p class="muted">
          Usual: always the side that is usual from where price stands. Lead: the answer's own side, where it has one. In brackets Wilson's
          {{ interval() }} % interval; a call of no edge is passed.
        </p>
        @for (one of drill.score()?.damaged; track one.file) {
          <p class="alarm" role="alert">
            <code>{{ one.file }}</code> {{ one.message }}
          </p>
        }
      </div>
    </sp-panel>
  `,
  styles: `
    :host {
      grid-area: past;
      min-width: 0;
      min-height: 0;
    }
    .scroll {
      height: 100%;
      padding: 0 10px 8px;
      overflow: auto;
    }
    table.figures th,
    table.figures td {
      padding: 3px 4px;
    }
    .all {
      font-weight: 700;
    }
    small {
      display: block;
      color: var(--muted);
      font-size: 12px;
      font-weight: 400;
    }
    .alarm {
      color: var(--alarm);
    }
  `,
})
export class DrillScorePanel {
  protected readonly drill = inject(Drill);
  protected readonly heads = ['yours', 'usual', 'lead'];
  protected readonly state = computed((): PanelState => {
    const score = this.drill.score();
    if (score !== null && score.overall.own.n + score.overall.passed > 0) return READY;
    return { kind: 'empty', message: 'Nothing was called yet.', fix: null };
  });
  protected readonly interval = computed(() => Math.round(100 * (this.drill.score()?.interval ?? NaN)));
  protected readonly rows = computed(() => {
    const score = this.drill.score();
    if (score === null) return [];
    return [score.overall, ...score.levels, ...score.hours.map((row) => ({ ...row, name: `${row.name}:00` }))].map(rowOf);
  });
}

function rowOf({ name, own, usual, lead, passed }: ScoreRow) {
  return { name, cells: [own, usual, lead].map(cellOf), passed: passed === 0 ? '' : `${passed} passed` };
}

function cellOf({ right, n, low, high }: Tally): { right: string; interval: string } {
  if (low === null || high === null) return { right: '–', interval: '' };
  return { right: `${right} of ${n}`, interval: `${percent(right / n)} (${percent(low)}–${percent(high)}) %` };
}

function percent(share: number): number {
  return Math.round(100 * share);
}
