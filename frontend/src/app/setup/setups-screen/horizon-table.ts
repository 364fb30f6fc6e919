import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import type { Approach } from '../../api/approach';
import { OutcomeRow } from '../../api/schema';
import { ShareTrack } from '../share-track';
import { hiddenWords, horizonRows } from './horizon-rows';

/** What happened next to the similar past, one row a horizon: shares with interval and what is usual from here, n, and how far it went. */
@Component({
  selector: 'sp-horizon-table',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ShareTrack],
  host: { role: 'region', tabindex: '0', 'aria-label': 'Outcome by horizon' },
  template: `
    <table class="figures">
      <caption>
        Chance from where price stands, moved by what similar setups did; whisker:
        {{
          percent()
        }}
        % interval, dashed tick: usual from here. MFE and MAE: quantiles 10 / 50 / 90 %.
      </caption>
      <thead>
        <tr>
          <th scope="col">after</th>
          <th scope="col">BREAK</th>
          <th scope="col">REJECT</th>
          <th scope="col">CHOP</th>
          <th scope="col">n</th>
          <th scope="col">MFE, MAE, points</th>
        </tr>
      </thead>
      <tbody>
        @for (row of rows(); track row.horizon) {
          <tr [class.primary]="row.primary">
            <th scope="row" [title]="row.primary ? 'the horizon of the sentence' : ''">{{ row.horizon }}{{ row.primary ? ' ●' : '' }}</th>
            @for (share of row.shares; track share.marks.look.kind) {
              <td [class]="'share ' + share.marks.look.direction" [title]="share.words">
                <span class="hidden">{{ share.words }}</span>
                <span class="words" aria-hidden="true">
                  <b>{{ share.marks.look.glyph }} {{ share.marks.p.toFixed(0) }} %</b> {{ share.marks.low.toFixed(0) }}–{{
                    share.marks.high.toFixed(0)
                  }}
                </span>
                <sp-share-track [marks]="share.marks" />
              </td>
            }
            <td class="n">{{ row.n }}<br />effective n {{ row.nEff }}</td>
            @if (row.mfe !== null && row.mae !== null) {
              <td class="n">MFE {{ row.mfe }}<br />MAE {{ row.mae }}</td>
            } @else {
              <td class="muted wrap">{{ hidden($index) }}</td>
            }
          </tr>
        }
      </tbody>
    </table>
  `,
  styleUrl: './horizon-table.css',
})
export class HorizonTable {
  readonly outcomes = input.required<OutcomeRow[]>();
  readonly primaryS = input.required<number>();
  readonly interval = input.required<number>();
  readonly approachDir = input.required<Approach>();
  readonly tick = input.required<number>();
  protected readonly rows = computed(() => horizonRows(this.outcomes(), this.primaryS(), this.interval(), this.approachDir(), this.tick()));
  protected readonly percent = computed(() => Math.round(100 * this.interval()));

  protected hidden(place: number): string {
    return hiddenWords(this.outcomes()[place]);
  }
}
