import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { FigureTable as Table } from '../api/schema';

/** A table of the report: figures right, an interval below its figure. */
@Component({
  selector: 'sp-figure-table',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div class="scroll" tabindex="0" role="region" [attr.aria-label]="table().caption">
      <table class="figures">
        <caption>
          {{
            table().caption
          }}
        </caption>
        <thead>
          <tr>
            @for (head of table().heads; track $index) {
              <th scope="col" [class.num]="head.column === 'number'">{{ head.text }}</th>
            }
          </tr>
        </thead>
        <tbody>
          @for (row of table().rows; track $index) {
            <tr>
              @for (cell of row; track $index) {
                @if ($first) {
                  <th scope="row" [class.kept]="table().heads[0].column === 'kept'">{{ cell.text }}</th>
                } @else {
                  <td
                    [class.num]="table().heads[$index].column === 'number'"
                    [class.kept]="table().heads[$index].column !== 'text'"
                    [class.up]="cell.tone === 'up'"
                  >
                    @if (cell.code) {
                      <code>{{ cell.text }}</code>
                    } @else {
                      {{ cell.text }}
                    }
                    @if (cell.note) {
                      <small>{{ cell.note }}</small>
                    }
                  </td>
                }
              }
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
  styles: `
    :host {
      display: block;
      min-width: 0;
    }
    .scroll {
      overflow: auto;
      max-height: 60vh;
    }
    table.figures {
      width: auto;
      min-width: min(100%, 480px);
    }
    caption {
      text-align: left;
      color: var(--muted);
      padding: 4px 0;
    }
    tbody th {
      color: var(--text);
      font-weight: 400;
    }
    table.figures td,
    table.figures th {
      padding: 2px 16px 2px 8px;
      vertical-align: top;
      white-space: normal;
      overflow-wrap: break-word;
      max-width: 26em;
    }
    table.figures .kept {
      white-space: nowrap;
    }
    small {
      display: block;
      color: var(--muted);
    }
    .up {
      color: var(--up);
      font-weight: 600;
    }
  `,
})
export class FigureTable {
  readonly table = input.required<Table>();
}
