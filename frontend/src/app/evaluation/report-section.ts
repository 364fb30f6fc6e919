import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { Part } from '../api/schema';
import { PanelFrame } from '../ui/panel-frame';
import { FigureTable } from './figure-table';
import { HistogramPlot } from './histogram-plot';
import { IntervalPlot } from './interval-plot';
import { LinePlot } from './line-plot';
import { ReliabilityPlot } from './reliability-plot';

/** One part of the report. Where there is a plot, *show as table* shows its table; without one it stands open. */
@Component({
  selector: 'sp-report-section',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, FigureTable, IntervalPlot, LinePlot, ReliabilityPlot, HistogramPlot],
  template: `
    <sp-panel [heading]="part().title" [unit]="part().basis" [synthetic]="part().synthetic">
      @for (sentence of part().sentences; track $index) {
        <p>{{ sentence }}</p>
      }
      @for (sentence of part().missing; track $index) {
        <p class="missing">{{ sentence }}</p>
      }
      @if (part().facts.length > 0) {
        <dl>
          @for (fact of part().facts; track fact.name) {
            <div>
              <dt>{{ fact.name }}</dt>
              <dd>
                @if (fact.code) {
                  <code>{{ fact.value }}</code>
                } @else {
                  {{ fact.value }}
                }
              </dd>
            </div>
          }
        </dl>
      }
      @if (part().plots.length > 0) {
        <div class="plots" [class.small]="small()">
          @for (plot of part().plots; track $index) {
            <figure>
              @if (part().plots.length > 1 || plot.kind !== 'lines') {
                <figcaption class="title">{{ plot.title }}</figcaption>
              }
              @switch (plot.kind) {
                @case ('intervals') {
                  <sp-interval-plot [plot]="plot" />
                }
                @case ('lines') {
                  <sp-line-plot [plot]="plot" />
                }
                @case ('reliability') {
                  <sp-reliability-plot [plot]="plot" />
                }
                @case ('histogram') {
                  <sp-histogram-plot [plot]="plot" />
                }
              }
            </figure>
          }
        </div>
        @if (part().caption) {
          <p class="caption">{{ part().caption }}</p>
        }
        <ng-template #table>
          @for (table of part().tables; track $index) {
            <sp-figure-table [table]="table" />
          }
        </ng-template>
      } @else {
        @for (table of part().tables; track $index) {
          <sp-figure-table [table]="table" />
        }
      }
      @for (bullets of part().bullets; track $index) {
        @if (bullets.heading) {
          <h3>{{ bullets.heading }}</h3>
        }
        <ul>
          @for (bullet of bullets.entries; track $index) {
            <li>
              @if (bullet.term) {
                <b>{{ bullet.term }}:</b>
              }
              {{ bullet.text }}
            </li>
          }
        </ul>
      }
    </sp-panel>
  `,
  styleUrl: './report-section.css',
})
export class ReportSection {
  readonly part = input.required<Part>();

  protected small(): boolean {
    return this.part().plots.every((plot) => plot.kind === 'reliability' || plot.kind === 'histogram');
  }
}
