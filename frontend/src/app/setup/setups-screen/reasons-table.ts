import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { FeatureInfo, Reason } from '../../api/schema';
import { REACH_SIGMA, reasonInWords, sigma, sigmaBar } from './reasons.geometry';

/** Features that bring two setups together or hold them apart: both in sigmas from the past's median, and how much they count. */
@Component({
  selector: 'sp-reasons',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { role: 'region', tabindex: '0', '[attr.aria-label]': "together() ? 'What both share' : 'What holds them apart'" },
  template: `
    <table class="figures">
      <caption>
        {{
          together() ? 'What both are far from the past’s median in, on the same side' : 'What their distance is made of'
        }}; bars: robust σ from the past’s median, ±{{
          reach
        }}
      </caption>
      <thead>
        <tr>
          <th scope="col">feature</th>
          <th scope="col" class="track-head">−{{ reach }} <span>median</span> +{{ reach }} σ</th>
          <th scope="col" class="num">this</th>
          <th scope="col" class="num">neighbour</th>
          <th scope="col" class="num">share</th>
        </tr>
      </thead>
      <tbody>
        @for (reason of reasons(); track reason.label) {
          <tr>
            <th scope="row">
              @if (meaningOf(reason); as meaning) {
                <details>
                  <summary [title]="meaning.meaning">{{ reason.label }}</summary>
                  <p>
                    {{ meaning.meaning }} <code>{{ meaning.formula }}</code>, {{ meaning.unit }}.
                  </p>
                </details>
              } @else {
                {{ reason.label }}
              }
            </th>
            <td class="bars" [title]="words(reason)">
              <span class="track" aria-hidden="true">
                <i class="own" [style.left.%]="bar(reason.query_sigma).left" [style.width.%]="bar(reason.query_sigma).width"></i>
                <i
                  class="neighbour"
                  [style.left.%]="bar(reason.neighbour_sigma).left"
                  [style.width.%]="bar(reason.neighbour_sigma).width"
                ></i>
              </span>
            </td>
            <td class="num">{{ sigma(reason.query_sigma) }}{{ bar(reason.query_sigma).clipped ? ' ▸' : '' }}</td>
            <td class="num">{{ sigma(reason.neighbour_sigma) }}{{ bar(reason.neighbour_sigma).clipped ? ' ▸' : '' }}</td>
            <td class="num">{{ (100 * reason.share).toFixed(0) }} %</td>
          </tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    :host {
      display: block;
      overflow: auto;
    }
    caption {
      text-align: left;
      color: var(--muted);
      font-size: 12px;
      padding: 4px 0 2px;
    }
    tbody th {
      color: var(--text);
      font-weight: 400;
    }
    table.figures tbody th {
      white-space: normal;
      min-width: 130px;
    }
    summary {
      cursor: pointer;
    }
    details p {
      margin: 2px 0 4px 14px;
      color: var(--muted);
      font-size: 12px;
      max-width: 60ch;
    }
    .track-head {
      width: 38%;
    }
    table.figures .track-head {
      text-align: center;
    }
    .track-head span {
      margin: 0 12%;
    }
    .bars {
      min-width: 120px;
    }
    .track {
      display: block;
      position: relative;
      height: 18px;
      background: linear-gradient(90deg, transparent calc(50% - 0.5px), var(--muted) 0 calc(50% + 0.5px), transparent 0), var(--grid);
    }
    .track i {
      position: absolute;
      height: 7px;
    }
    .own {
      top: 1px;
      background: var(--text);
    }
    .neighbour {
      bottom: 1px;
      border: 1px solid var(--or);
      background: repeating-linear-gradient(90deg, var(--or) 0 4px, transparent 4px 6px);
    }
  `,
})
export class ReasonsTable {
  readonly reasons = input.required<Reason[]>();
  readonly together = input.required<boolean>();
  readonly catalogue = input.required<ReadonlyMap<string, FeatureInfo>>();
  protected readonly reach = REACH_SIGMA;
  protected readonly bar = sigmaBar;
  protected readonly sigma = sigma;

  protected meaningOf(reason: Reason): FeatureInfo | undefined {
    return this.catalogue().get(reason.feature);
  }

  protected words(reason: Reason): string {
    return reasonInWords(reason, this.together());
  }
}
