import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Reliability } from '../api/schema';
import { markerPath } from './marker.geometry';
import { HEIGHT, WIDTH, layoutReliability } from './reliability-plot.geometry';

/** Stated probability against observed frequency, with the windows of each bin below. */
@Component({
  selector: 'sp-reliability-plot',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg role="img" [attr.viewBox]="'0 0 ' + width + ' ' + height" [style.max-width.px]="width" [attr.aria-label]="plot().description">
      @for (tick of layout().ticks; track tick.label) {
        <line class="grid" [attr.x1]="tick.x" [attr.x2]="tick.x" [attr.y1]="layout().top" [attr.y2]="layout().bottom" />
        <line class="grid" [attr.x1]="layout().left" [attr.x2]="layout().right" [attr.y1]="tick.y" [attr.y2]="tick.y" />
        <text class="tick" [attr.x]="tick.x" [attr.y]="layout().bottom + 16" text-anchor="middle">{{ tick.label }}</text>
        <text class="tick" [attr.x]="layout().left - 6" [attr.y]="tick.y + 4" text-anchor="end">{{ tick.label }}</text>
      }
      <line
        class="reference dashed"
        [attr.x1]="layout().left"
        [attr.x2]="layout().right"
        [attr.y1]="layout().bottom"
        [attr.y2]="layout().top"
      />
      @for (own of layout().outcomes; track own.outcome) {
        <g [class]="own.look">
          <path class="own-line" [attr.d]="own.path" />
          @for (point of own.points; track $index) {
            <line class="own-line" [attr.x1]="point.x" [attr.x2]="point.x" [attr.y1]="point.low" [attr.y2]="point.high" />
            <path class="own-mark" [attr.d]="shape(own.marker, point.x, point.y)">
              <title>{{ point.title }}</title>
            </path>
          }
          @for (count of own.counts; track $index) {
            <rect class="own-mark" [attr.x]="count.x" [attr.y]="count.y" [attr.width]="count.width" [attr.height]="count.height">
              <title>{{ count.title }}</title>
            </rect>
          }
        </g>
      }
      <line
        class="grid"
        [attr.x1]="layout().left"
        [attr.x2]="layout().right"
        [attr.y1]="layout().countsBottom"
        [attr.y2]="layout().countsBottom"
      />
      <text class="tick" [attr.x]="layout().left - 6" [attr.y]="layout().countsTop + 8" text-anchor="end">{{ layout().most }}</text>
      <text class="tick" [attr.x]="layout().left - 6" [attr.y]="layout().countsBottom" text-anchor="end">0</text>
      <text class="tick" [attr.x]="(layout().left + layout().right) / 2" [attr.y]="layout().countsBottom + 15" text-anchor="middle">
        across: stated, up: observed; below: windows
      </text>
    </svg>
    <ul class="legend" aria-label="Legend">
      @for (own of layout().outcomes; track own.outcome) {
        <li [class]="own.look">
          <svg aria-hidden="true" viewBox="0 0 26 12">
            <path class="own-line" d="M0,6L26,6" />
            <path class="own-mark" [attr.d]="shape(own.marker, 13, 6)" />
          </svg>
          {{ own.outcome }}
        </li>
      }
    </ul>
  `,
  styleUrl: './plot.css',
})
export class ReliabilityPlot {
  readonly plot = input.required<Reliability>();
  protected readonly width = WIDTH;
  protected readonly height = HEIGHT;
  protected readonly layout = computed(() => layoutReliability(this.plot()));
  protected shape = (marker: Parameters<typeof markerPath>[0], x: number, y: number): string => markerPath(marker, x, y, 4);
}
