import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Share } from './verdict.geometry';

/** Percent below which the interval's ends are written as one. */
const NARROW = 14;

/** A share with its interval on a line from 0 to 100 %, and what is usual as a dash; grey while usual lies inside. */
@Component({
  selector: 'sp-share-gauge',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="track" aria-hidden="true">
      @if (share().interval; as interval) {
        <i
          class="interval"
          [class.differs]="share().differs"
          [style.left.%]="interval.low"
          [style.width.%]="interval.high - interval.low"
        ></i>
        @if (interval.high - interval.low < narrow) {
          <span class="end" [style.left.%]="within((interval.low + interval.high) / 2)">{{ interval.low }}–{{ interval.high }}</span>
        } @else {
          <span class="end" [style.left.%]="interval.low">{{ interval.low }}</span>
          <span class="end" [style.left.%]="interval.high">{{ interval.high }}</span>
        }
      }
      <i class="usual" [style.left.%]="share().usual"></i>
      <i class="dot" [style.left.%]="share().percent"></i>
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
      height: 12px;
      background: linear-gradient(var(--muted), var(--muted)) center / 100% 1px no-repeat;
    }
    .interval {
      position: absolute;
      inset-block: 0;
      min-width: 2px;
      border-radius: 2px;
      background: color-mix(in srgb, var(--muted) 55%, var(--panel));
    }
    .interval.differs {
      background: var(--side, var(--text));
    }
    .usual {
      position: absolute;
      top: -4px;
      bottom: -4px;
      border-left: 2px dashed var(--text);
    }
    .dot {
      position: absolute;
      top: 1px;
      width: 10px;
      height: 10px;
      margin-left: -5px;
      border: 2px solid var(--text);
      border-radius: 50%;
      background: var(--panel);
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
