import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { Lines } from '../api/schema';
import { markerPath } from './marker.geometry';
import { HEIGHT, LOOKS, WIDTH, layoutLines } from './line-plot.geometry';

/** Series over places side by side: the strong ones with intervals, the others as thin grey lines. */
@Component({
  selector: 'sp-line-plot',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg role="img" [attr.viewBox]="'0 0 ' + width + ' ' + height" [style.max-width.px]="width" [attr.aria-label]="plot().description">
      @for (tick of layout().ticks; track tick.value) {
        <line class="grid" [attr.x1]="layout().left" [attr.x2]="layout().right" [attr.y1]="tick.at" [attr.y2]="tick.at" />
        <text class="tick" [attr.x]="layout().left - 8" [attr.y]="tick.at + 4" text-anchor="end">{{ tick.label }}</text>
      }
      <line class="axis" [attr.x1]="layout().left" [attr.x2]="layout().right" [attr.y1]="layout().zero" [attr.y2]="layout().zero" />
      @for (place of layout().places; track place.label) {
        <text class="tick" [attr.x]="place.x" [attr.y]="layout().bottom + 18" text-anchor="middle">{{ place.label }}</text>
      }
      <text class="tick" [attr.x]="layout().left" [attr.y]="height - 4">{{ plot().axis.label }}</text>
      @for (dot of layout().dots; track $index) {
        <circle class="dot" r="2" [attr.cx]="dot.x" [attr.cy]="dot.y" />
      }
      @for (series of layout().series; track $index) {
        <g [class]="'series-' + (series.look ?? 'other')">
          <path class="own-line" [attr.d]="series.path" [attr.stroke-dasharray]="dash(series.look)">
            <title>{{ series.label }}</title>
          </path>
          @for (mark of series.marks; track $index) {
            @if (mark.low !== null && mark.high !== null) {
              <line class="own-line" [attr.x1]="mark.x" [attr.x2]="mark.x" [attr.y1]="mark.low" [attr.y2]="mark.high" />
            }
            <path class="own-mark" [attr.d]="shape(series.look, mark.x, mark.y, mark.size)">
              <title>{{ mark.title }}</title>
            </path>
          }
        </g>
      }
    </svg>
    <ul class="legend" aria-label="Legend">
      @for (series of legend(); track $index) {
        <li [class]="'series-' + (series.look ?? 'other')">
          <svg aria-hidden="true" viewBox="0 0 26 12">
            <path class="own-line" d="M0,6L26,6" [attr.stroke-dasharray]="dash(series.look)" />
            @if (series.look !== null) {
              <path class="own-mark" [attr.d]="shape(series.look, 13, 6, 4.5)" />
            }
          </svg>
          {{ series.label }}
        </li>
      }
    </ul>
  `,
  styleUrl: './plot.css',
})
export class LinePlot {
  readonly plot = input.required<Lines>();
  protected readonly width = WIDTH;
  protected readonly height = HEIGHT;
  protected readonly layout = computed(() => layoutLines(this.plot()));
  protected readonly legend = computed(() => {
    const series = this.layout().series;
    const grey = series.filter((own) => own.look === null);
    const others = grey.length > 0 ? [{ look: null, label: `grey: ${grey.map((own) => own.label).join(', ')}` }] : [];
    return [...series.filter((own) => own.look !== null), ...others];
  });

  protected dash(look: number | null): string | null {
    return look === null ? null : LOOKS[look].dash || null;
  }

  protected shape(look: number | null, x: number, y: number, size: number): string {
    return look === null ? '' : markerPath(LOOKS[look].marker, x, y, size);
  }
}
