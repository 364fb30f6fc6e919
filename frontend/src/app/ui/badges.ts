import { ChangeDetectionStrategy, Component } from '@angular/core';

/** Says that a figure is of a simulated day. */
@Component({
  selector: 'sp-synthetic-badge',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { class: 'badge synthetic', title: 'simulated data, no market' },
  template: 'SYNTHETIC',
})
export class SyntheticBadge {}
