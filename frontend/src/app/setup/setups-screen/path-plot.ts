import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { BELOW, LEFT, SIZE, PathPlotData, layoutPath, pathInWords } from './path-plot.geometry';

let plots = 0;

/** The mid around a trigger, large: level, barriers, trigger, and hatched what is not known yet. */
@Component({
  selector: 'sp-path-plot',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg
      role="img"
      [attr.viewBox]="-left + ' -8 ' + (size.width + left + 96) + ' ' + (size.height + below + 8)"
      [attr.aria-label]="summary()"
    >
      <defs>
        <pattern [id]="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
          <line x1="0" y1="0" x2="6" y2="0" />
        </pattern>
      </defs>
      <rect class="before" x="0" y="0" [attr.width]="layout().triggerX" [attr.height]="size.height" />
      @for (point of layout().points; track point.label) {
        <line class="grid" x1="0" [attr.x2]="size.width" [attr.y1]="point.y" [attr.y2]="point.y" />
        <text x="-8" [attr.y]="point.y + 4" text-anchor="end">{{ point.label }}</text>
      }
      @for (minute of layout().minutes; track minute.label) {
        <line class="grid" [attr.x1]="minute.x" [attr.x2]="minute.x" y1="0" [attr.y2]="size.height" />
        <text [attr.x]="minute.x" [attr.y]="size.height + 15" text-anchor="middle">{{ minute.label }}</text>
      }
      @if (layout().unknownX !== null) {
        <rect
          [attr.fill]="'url(#' + hatch + ')'"
          [attr.x]="layout().unknownX"
          y="0"
          [attr.width]="size.width - layout().unknownX!"
          [attr.height]="size.height"
        />
        <text [attr.x]="size.width - 6" y="14" text-anchor="end">not known yet</text>
      }
      <line class="level" x1="0" [attr.x2]="size.width" [attr.y1]="layout().levelY" [attr.y2]="layout().levelY" />
      @for (barrier of layout().barriers; track barrier.label) {
        <line class="barrier" x1="0" [attr.x2]="size.width" [attr.y1]="barrier.y" [attr.y2]="barrier.y" />
        <text class="barrier-label" [attr.x]="size.width + 6" [attr.y]="barrier.y + 4">barrier {{ barrier.label }}</text>
      }
      <line class="trigger" [attr.x1]="layout().triggerX" [attr.x2]="layout().triggerX" y1="0" [attr.y2]="size.height" />
      @for (line of layout().lines; track $index) {
        <path [class]="line.look" [attr.d]="line.d" />
      }
      <text x="0" [attr.y]="size.height + 32">minutes from the trigger; up: mid in points from the level, dashed yellow</text>
    </svg>
    <ul class="legend" aria-label="Legend">
      @for (line of data().lines; track line.label) {
        <li>
          <svg aria-hidden="true" viewBox="0 0 26 8"><path [class]="line.look" d="M0 4H26" /></svg>
          {{ line.label }}
        </li>
      }
    </ul>
  `,
  styleUrl: './path-plot.css',
})
export class PathPlot {
  readonly data = input.required<PathPlotData>();
  protected readonly size = SIZE;
  protected readonly left = LEFT;
  protected readonly below = BELOW;
  protected readonly hatch = `unknown-${++plots}`;
  protected readonly layout = computed(() => layoutPath(this.data()));
  protected readonly summary = computed(() => pathInWords(this.data()));
}
