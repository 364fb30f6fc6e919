import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Gauge } from './share.geometry';

/** A share as a dot on a line from 0 to 100 %, its interval as a bar and what is usual as a dash. The bar has the colour `--side` where it leaves out what is usual. */
@Component({
  selector: 'sp-share-line',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true' },
  template: `
    @if (gauge().interval; as interval) {
      <i
        class="interval"
        [class.differs]="gauge().differs"
        [style.left.%]="interval.low"
        [style.width.%]="interval.high - interval.low"
      ></i>
    }
    <i class="usual" [style.left.%]="gauge().usual"></i>
    <i class="dot" [style.left.%]="gauge().percent"></i>
  `,
  styles: `
    :host {
      display: block;
      position: relative;
      height: 12px;
      background: linear-gradient(var(--muted), var(--muted)) center / 100% 1px no-repeat;
    }
    i {
      position: absolute;
    }
    .interval {
      inset-block: 0;
      min-width: 2px;
      border-radius: 2px;
      background: color-mix(in srgb, var(--muted) 55%, var(--panel));
    }
    .interval.differs {
      background: var(--side, var(--text));
    }
    .usual {
      top: -4px;
      bottom: -4px;
      margin-left: -1px;
      border-left: 2px dashed var(--text);
    }
    .dot {
      top: 1px;
      width: 10px;
      height: 10px;
      margin-left: -5px;
      border: 2px solid var(--text);
      border-radius: 50%;
      background: var(--panel);
    }
  `,
})
export class ShareLine {
  readonly gauge = input.required<Gauge>();
}
