import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { markerPath } from './marker.geometry';
import { Intervals } from '../api/schema';
import { LABELS, WIDTH, layoutIntervals } from './interval-plot.geometry';

/** One row a forecaster: label, figure with interval against a line to compare with, and the figure in words. */
@Component({
  selector: 'sp-interval-plot',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg
      role="img"
      [attr.viewBox]="'0 0 ' + width + ' ' + layout().height"
      [style.max-width.px]="width"
      [attr.aria-label]="plot().description"
    >
      @for (tick of layout().ticks; track tick.value) {
        <line class="grid" [attr.x1]="tick.at" [attr.x2]="tick.at" y1="0" [attr.y2]="layout().bottom" />
        <text class="tick" [attr.x]="tick.at" [attr.y]="layout().bottom + 14" text-anchor="middle">{{ tick.label }}</text>
      }
      <text class="tick" [attr.x]="(layout().left + layout().right) / 2" [attr.y]="layout().bottom + 32" text-anchor="middle">
        {{ plot().axis.label }}
      </text>
      @if (layout().reference !== null) {
        <line
          class="reference"
          [class.dashed]="plot().axis.form === 'share'"
          [attr.x1]="layout().reference"
          [attr.x2]="layout().reference"
          y1="0"
          [attr.y2]="layout().bottom"
        />
      }
      @for (mark of layout().marks; track $index) {
        <g [class.strong]="mark.row.strong">
          <title>{{ mark.row.label }}: {{ mark.row.figure }}{{ mark.row.note ? ', ' + mark.row.note : '' }}</title>
          <rect class="hit" x="0" [attr.y]="mark.y - 12" [attr.width]="width" height="24" />
          <text class="label" [attr.x]="labels - 12" [attr.y]="mark.y + 4" text-anchor="end">{{ mark.label }}</text>
          @if (mark.x !== null) {
            <line class="bar" [attr.x1]="mark.low" [attr.x2]="mark.high" [attr.y1]="mark.y" [attr.y2]="mark.y" />
            <path class="mark" [attr.d]="shape(mark.row.strong, mark.x, mark.y)" />
          } @else if (mark.outside) {
            <text
              class="arrow"
              [attr.x]="mark.outside === 'left' ? layout().left : layout().right"
              [attr.y]="mark.y + 4"
              text-anchor="middle"
            >
              {{ mark.outside === 'left' ? '◀' : '▶' }}
            </text>
          }
          <text class="figure" [attr.x]="layout().right + 12" [attr.y]="mark.y + 4">{{ mark.row.figure }}</text>
        </g>
      }
    </svg>
  `,
  styleUrl: './plot.css',
})
export class IntervalPlot {
  readonly plot = input.required<Intervals>();
  protected readonly width = WIDTH;
  protected readonly labels = LABELS;
  protected readonly layout = computed(() => layoutIntervals(this.plot()));

  protected shape(strong: boolean, x: number, y: number): string {
    return markerPath(strong ? 'circle' : 'square', x, y, strong ? 5 : 4);
  }
}
