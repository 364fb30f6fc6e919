import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { ShareMarks } from './share-track.geometry';

/** One share on 0 to 100 %: bar, whisker of its interval, dashed tick of what is usual. The colour is the parent's `--kind`, the height its `--track`. */
@Component({
  selector: 'sp-share-track',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { 'aria-hidden': 'true' },
  template: `
    <i class="bar" [style.width.%]="marks().p"></i>
    <i class="whisker" [style.left.%]="marks().low" [style.width.%]="marks().high - marks().low"></i>
    <i class="base" [style.left.%]="marks().base"></i>
  `,
  styleUrl: './share-track.css',
})
export class ShareTrack {
  readonly marks = input.required<ShareMarks>();
}
