import { ChangeDetectionStrategy, Component, ElementRef, computed, inject, input, linkedSignal, output } from '@angular/core';
import { Cell, LakeDay, LakeHealth } from '../api/schema';
import { worked } from '../ui/duration';
import { Place, moved } from '../ui/grid-move';
import { rowsOf } from './lake-health';
import { count, size } from './sizes';
import { StateMark } from './state-mark';

export type Layer = LakeHealth['layers'][number];

export interface CellChosen {
  day: LakeDay;
  layer: Layer;
}

/** Contract-days by layers, one cell in the tab order; arrows, Home, End and the page keys move, Enter opens. */
@Component({
  selector: 'sp-lake-grid',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [StateMark],
  host: { '(keydown)': 'move($event)' },
  template: `
    <table class="figures" role="grid" aria-label="Contract-days by layer" [attr.aria-rowcount]="days().length + 1">
      <thead>
        <tr>
          <th scope="col">Contract-day</th>
          @for (layer of layers(); track layer) {
            <th scope="col">{{ layer }}</th>
          }
          @for (head of heads; track head.text) {
            <th scope="col" class="num" [title]="head.meaning">{{ head.text }}</th>
          }
        </tr>
      </thead>
      <tbody>
        @for (day of days(); track day.symbol + day.session_date; let row = $index) {
          <tr>
            <th
              scope="row"
              role="rowheader"
              [attr.tabindex]="tab(row, 0)"
              [attr.data-place]="row + '-0'"
              [title]="day.reason ?? 'the root’s contract of the day'"
              (click)="focus({ row, column: 0 })"
            >
              {{ day.symbol }} {{ day.session_date }}
              @if (!day.chosen) {
                <span class="muted">other</span>
              }
              @if (day.synthetic && mixed()) {
                <span class="synthetic" title="simulated data, no market">SYNTHETIC</span>
              }
            </th>
            @for (layer of layers(); track layer; let column = $index) {
              @if (day.cells[layer]; as cell) {
                <td
                  role="gridcell"
                  class="cell"
                  [class.chosen]="isChosen(day, layer)"
                  [attr.aria-selected]="isChosen(day, layer)"
                  [attr.tabindex]="tab(row, column + 1)"
                  [attr.data-place]="row + '-' + (column + 1)"
                  [title]="title(cell)"
                  (click)="focus({ row, column: column + 1 }); choose(day, layer)"
                >
                  <sp-state-mark [state]="cell.state" />
                  @if (rows(cell); as rowCount) {
                    <small>{{ count(rowCount) }} rows</small>
                  }
                </td>
              } @else {
                <td
                  role="gridcell"
                  class="none"
                  [attr.tabindex]="tab(row, column + 1)"
                  [attr.data-place]="row + '-' + (column + 1)"
                  title="not expected of this day"
                >
                  <span class="muted">not expected</span>
                </td>
              }
            }
            @for (figure of figures(day); track $index) {
              <td
                role="gridcell"
                class="num"
                [attr.tabindex]="tab(row, layers().length + 1 + $index)"
                [attr.data-place]="row + '-' + (layers().length + 1 + $index)"
              >
                {{ figure }}
              </td>
            }
          </tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    :host {
      display: block;
    }
    thead th {
      z-index: 1;
    }
    tbody th {
      color: var(--text);
      font-weight: 400;
    }
    .cell {
      cursor: pointer;
    }
    .cell:hover {
      background: var(--grid);
    }
    .chosen {
      background: var(--grid);
      box-shadow: inset 0 0 0 1px var(--text);
    }
    .none {
      font-size: 12px;
    }
    small {
      color: var(--muted);
      margin-left: 6px;
    }
    .synthetic {
      color: var(--or);
      font-size: 12px;
      margin-left: 6px;
    }
    [tabindex]:focus-visible {
      outline-offset: -2px;
    }
  `,
})
export class LakeGrid {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  readonly days = input.required<LakeDay[]>();
  readonly layers = input.required<Layer[]>();
  readonly chosen = input<CellChosen | null>(null);
  readonly cell = output<CellChosen>();
  protected readonly heads = [
    { text: 'windows', meaning: '5-second windows kept' },
    { text: 'triggers', meaning: 'trigger vectors' },
    { text: 'anomalies', meaning: 'impossible records and gaps counted' },
    { text: 'gaps', meaning: 'windows that carry a mark: halt, bad book, snapshot, ..' },
    { text: 'size', meaning: 'bytes of all layers' },
    { text: 'worked', meaning: 'how long its stages worked when they last had to' },
  ];
  /** The one cell in the tab order. */
  protected readonly active = linkedSignal<Place>(() => {
    const rows = this.days().length;
    return rows > 0 ? { row: 0, column: 1 } : { row: -1, column: -1 };
  });
  /** Where all days are simulated the panel's badge says it. */
  protected readonly mixed = computed(() => this.days().some((day) => !day.synthetic));
  protected readonly count = count;
  private readonly columns = computed(() => 1 + this.layers().length + this.heads.length);

  protected tab(row: number, column: number): number {
    const active = this.active();
    return active.row === row && active.column === column ? 0 : -1;
  }

  protected figures(day: LakeDay): string[] {
    return [count(day.windows), count(day.triggers), count(day.anomalies), count(day.gaps), size(day.bytes), worked(day.seconds)];
  }

  protected rows(cell: Cell): number {
    return rowsOf(cell);
  }

  protected title(cell: Cell): string {
    const whys = [...new Set(cell.tables.map((table) => table.why).filter(Boolean))];
    return [cell.state, ...whys].join(': ');
  }

  protected isChosen(day: LakeDay, layer: Layer): boolean {
    const chosen = this.chosen();
    return chosen !== null && chosen.layer === layer && chosen.day.symbol === day.symbol && chosen.day.session_date === day.session_date;
  }

  protected choose(day: LakeDay, layer: Layer): void {
    if (day.cells[layer]) this.cell.emit({ day, layer });
  }

  protected focus(place: Place): void {
    this.active.set(place);
    this.host.nativeElement.querySelector<HTMLElement>(`[data-place="${place.row}-${place.column}"]`)?.focus();
  }

  protected move(event: KeyboardEvent): void {
    const active = this.active();
    if (event.key === 'Enter' || event.key === ' ') {
      const layer = this.layers()[active.column - 1];
      if (layer) this.choose(this.days()[active.row], layer);
    } else {
      const place = moved(active, event.key, event.ctrlKey, this.days().length, this.columns());
      if (place === null) return;
      this.focus(place);
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
