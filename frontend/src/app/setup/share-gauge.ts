import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { ShareLine } from './share-line';
import { Share } from './verdict.geometry';

/** Percent below which the interval's ends are written as one. */
const NARROW = 14;

/** A share with its interval on a line from 0 to 100 %, and what is usual as a dash; grey while usual lies inside. */
@Component({
  selector: 'sp-share-gauge',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ShareLine],
  template: `
    <div class="track" aria-hidden="true">
      <sp-share-line [gauge]="share()" />
      @if (share().interval; as interval) {
        @if (interval.high - interval.low < narrow) {
          <span class="end" [style.left.%]="within((interval.low + interval.high) / 2)">{{ interval.low }}–{{ interval.high }}</span>
        } @else {
          <span class="end" [style.left.%]="interval.low">{{ interval.low }}</span>
          <span class="end" [style.left.%]="interval.high">{{ interval.high }}</span>
        }
      }
      <span class="name" [style.left.%]="within(share().usual)">usual {{ share().usual }}</span>
    </div>
  `,
  styles: `
    :host {
      display: block;
      padding: 15px 14px 17px;
    }
    .track {
      position: relative;
    }
    span {
      position: absolute;
      font-size: 12px;
      line-height: 1;
      white-space: nowrap;
    }
    .end {
      top: -15px;
      color: var(--muted);
      transform: translateX(-50%);
    }
    .name {
      top: 18px;
      transform: translateX(-50%);
    }
  `,
})
export class ShareGauge {
  readonly share = input.required<Share>();
  protected readonly narrow = NARROW;

  /** Where a text is centred so that it stays within the line. */
  protected within(percent: number): number {
    return Math.max(10, Math.min(90, percent));
  }
}
