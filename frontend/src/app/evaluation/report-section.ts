import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { PanelFrame } from '../ui/panel-frame';
import { FigureTable } from './figure-table';
import { HistogramPlot } from './histogram-plot';
import { IntervalPlot } from './interval-plot';
import { LinePlot } from './line-plot';
import { ReliabilityPlot } from './reliability-plot';
import { Part } from './report-part';

/** One part of the report. Where there is a plot, its table stands behind *show as table*; without one it stands open. */
@Component({
  selector: 'sp-report-section',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, FigureTable, IntervalPlot, LinePlot, ReliabilityPlot, HistogramPlot],
  template: `
    <sp-panel [heading]="part().title" [unit]="behind()" [market]="false" [synthetic]="synthetic()">
      @for (sentence of part().says; track $index) {
        <p>{{ sentence }}</p>
      }
      @for (sentence of part().lacks; track $index) {
        <p class="lacks">{{ sentence }}</p>
      }
      @if (part().plots.length > 0) {
        <div class="plots" [class.small]="small()">
          @for (plot of part().plots; track $index) {
            <figure>
              @if (plot.kind !== 'lines') {
                <figcaption class="title">{{ plot.title }}</figcaption>
              }
              @switch (plot.kind) {
                @case ('intervals') {
                  <sp-interval-plot [data]="plot" />
                }
                @case ('lines') {
                  <sp-line-plot [data]="plot" />
                }
                @case ('reliability') {
                  <sp-reliability-plot [data]="plot" />
                }
                @case ('histogram') {
                  <sp-histogram-plot [data]="plot" />
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
        @if (part().facts.length > 0) {
          <dl>
            @for (fact of part().facts; track fact.name) {
              <div>
                <dt>{{ fact.name }}</dt>
                <dd>{{ fact.value }}</dd>
              </div>
            }
          </dl>
        }
        @for (table of part().tables; track $index) {
          <sp-figure-table [table]="table" />
        }
      }
      @for (point of part().points; track $index) {
        <p>{{ point }}</p>
      }
    </sp-panel>
  `,
  styleUrl: './report-section.css',
})
export class ReportSection {
  readonly part = input.required<Part>();
  /** n and dates that stand behind the figures. */
  readonly behind = input.required<string>();
  readonly synthetic = input.required<boolean>();

  protected small(): boolean {
    return this.part().plots.every((plot) => plot.kind === 'reliability' || plot.kind === 'histogram');
  }
}
