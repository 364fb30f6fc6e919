import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { SetupAnswer } from '../../api/schema';
import { HEIGHT, WIDTH, layoutStrip } from './distance-strip.geometry';

/** How far the neighbours are, and how far that is against what the past was used to. */
@Component({
  selector: 'sp-distance-strip',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p [class.strange]="answer().nothing_like_it">
      @if (answer().nothing_like_it) {
        <b><span aria-hidden="true">≠ </span>Nothing like it.</b>
      }
      {{ answer().strangeness }}
    </p>
    @if (answer().distance_percentile !== null) {
      <div class="scale" role="img" [attr.aria-label]="'Further than ' + percentile() + ' % of the past’s own neighbours'">
        <i class="fill" [style.width.%]="answer().distance_percentile"></i>
        <i class="limit" style="left: 95%"></i>
      </div>
      <p class="muted scale-words"><span>0 % of the past’s own neighbours were nearer</span><span>beyond 95 %: nothing like it</span></p>
    }
    @if (answer().neighbours.length > 0) {
      <svg role="img" [attr.viewBox]="'0 0 ' + width + ' ' + height" [attr.aria-label]="summary()">
        <line class="axis" [attr.x1]="layout().left" [attr.x2]="layout().right" y1="40" y2="40" />
        @for (tick of layout().ticks; track tick.label) {
          <line class="axis" [attr.x1]="tick.x" [attr.x2]="tick.x" y1="40" y2="44" />
          <text [attr.x]="tick.x" y="56" text-anchor="middle">{{ tick.label }}</text>
        }
        @for (mark of layout().marks; track $index) {
          <line
            class="mark"
            [class.beside]="$index === beside()"
            [attr.x1]="mark.x"
            [attr.x2]="mark.x"
            [attr.y1]="$index === beside() ? 8 : 18"
            y2="39"
          >
            <title>{{ mark.label }}</title>
          </line>
        }
        @if (layout().median !== null) {
          <path class="median" [attr.d]="'M' + layout().median + ',40l-5,-9h10Z'" />
        }
        <text [attr.x]="layout().left" y="72">
          distance from this setup, robust σ; a line a neighbour, triangle: the median, which is compared
        </text>
      </svg>
    }
    <p class="muted">
      The past: {{ answer().past.episodes }} setups on {{ answer().past.days }} days{{
        answer().past.end ? ' up to ' + answer().past.end : ''
      }}. Neighbours: {{ answer().neighbours.length }} on {{ answer().match_days }} days, effective n {{ answer().n_eff.toFixed(1) }}.
    </p>
  `,
  styles: `
    :host {
      display: block;
    }
    p {
      margin: 2px 0 6px;
    }
    .strange {
      color: var(--alarm);
      font-size: 14px;
    }
    .scale {
      position: relative;
      height: 10px;
      background: var(--grid);
      border-radius: 2px;
    }
    .scale i {
      position: absolute;
      top: 0;
      bottom: 0;
    }
    .fill {
      left: 0;
      background: var(--muted);
    }
    .limit {
      top: -3px;
      bottom: -3px;
      border-left: 2px solid var(--alarm);
    }
    .scale-words {
      display: flex;
      justify-content: space-between;
      flex-wrap: wrap;
      gap: 0 12px;
      font-size: 12px;
    }
    svg {
      display: block;
      width: 100%;
      height: auto;
    }
    text {
      fill: var(--muted);
      font-size: 12px;
    }
    .axis {
      stroke: var(--muted);
    }
    .mark {
      stroke: var(--text);
      stroke-width: 1.5;
      opacity: 0.7;
    }
    .mark.beside {
      stroke: var(--or);
      stroke-width: 3;
      opacity: 1;
    }
    .median {
      fill: var(--text);
    }
  `,
})
export class DistanceStrip {
  readonly answer = input.required<SetupAnswer>();
  /** Place of the neighbour that stands beside the setup; -1 for none. */
  readonly beside = input.required<number>();
  protected readonly width = WIDTH;
  protected readonly height = HEIGHT;
  protected readonly distances = computed(() => this.answer().neighbours.map((neighbour) => neighbour.distance));
  protected readonly layout = computed(() => layoutStrip({ distances: this.distances(), median: this.answer().distance }));
  protected readonly percentile = computed(() => this.answer().distance_percentile?.toFixed(0) ?? '');
  protected readonly summary = computed(() => {
    const distances = this.distances();
    const [nearest, furthest] = [distances.at(0), distances.at(-1)].map((distance) => distance?.toFixed(2));
    return `${distances.length} neighbours at distances ${nearest} to ${furthest} robust σ, median ${this.answer().distance?.toFixed(2)}.`;
  });
}
