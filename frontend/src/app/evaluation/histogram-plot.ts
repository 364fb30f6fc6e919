import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Histogram } from '../api/schema';
import { HEIGHT, WIDTH, layoutHistogram } from './histogram-plot.geometry';

/** Counts by value, with one value to compare with. */
@Component({
  selector: 'sp-histogram-plot',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg role="img" [attr.viewBox]="'0 0 ' + width + ' ' + height" [style.max-width.px]="width" [attr.aria-label]="plot().description">
      @for (tick of layout().ticks; track tick.value) {
        <line class="grid" [attr.x1]="tick.at" [attr.x2]="tick.at" [attr.y1]="layout().top" [attr.y2]="layout().bottom" />
        <text class="tick" [attr.x]="tick.at" [attr.y]="layout().bottom + 15" text-anchor="middle">{{ tick.label }}</text>
      }
      @for (bar of layout().bars; track $index) {
        <rect class="count" [attr.x]="bar.x" [attr.y]="bar.y" [attr.width]="bar.width" [attr.height]="bar.height">
          <title>{{ bar.title }}</title>
        </rect>
      }
      @if (layout().mark !== null) {
        <g class="series-1">
          <line
            class="own-line dashed"
            [attr.x1]="layout().mark"
            [attr.x2]="layout().mark"
            [attr.y1]="layout().top - 2"
            [attr.y2]="layout().bottom"
          />
        </g>
        <text [attr.x]="layout().mark" y="10" [attr.text-anchor]="layout().mark! > width / 2 ? 'end' : 'start'">
          {{ plot().mark?.label }}
        </text>
      }
      <text class="tick" [attr.x]="layout().left - 6" [attr.y]="layout().top + 4" text-anchor="end">{{ layout().most }}</text>
      <text class="tick" [attr.x]="layout().left - 6" [attr.y]="layout().bottom" text-anchor="end">0</text>
      <text class="tick" [attr.x]="(layout().left + layout().right) / 2" [attr.y]="height - 6" text-anchor="middle">
        {{ plot().axis.label }}; up: {{ plot().counted }}
      </text>
    </svg>
  `,
  styleUrl: './plot.css',
})
export class HistogramPlot {
  readonly plot = input.required<Histogram>();
  protected readonly width = WIDTH;
  protected readonly height = HEIGHT;
  protected readonly layout = computed(() => layoutHistogram(this.plot()));
}
