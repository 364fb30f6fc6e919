import { ChangeDetectionStrategy, Component, ElementRef, computed, inject, input, linkedSignal, output } from '@angular/core';
import { SetupRow } from '../../api/schema';
import { points } from '../../ui/format';
import { moved } from '../../ui/grid-move';
import { newYorkMinute } from '../../ui/new-york';
import { named } from '../../ui/words';
import { lookOf } from '../outcome';
import { PickedSetup } from '../picked-setup';
import { isSamePick, pickOf } from './setups-request';

/** Setups newest first, one of them in the tab order; up and down move, Enter shows. */
@Component({
  selector: 'sp-setups-list',
  host: { '(keydown)': 'move($event)' },
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <table class="figures">
      <caption class="hidden">
        Setups, newest first
      </caption>
      <thead>
        <tr>
          <th scope="col">when, NY</th>
          <th scope="col">kind</th>
          <th scope="col">outcome</th>
          <th scope="col" class="num" title="furthest in the approach’s direction within the horizon">MFE pts</th>
        </tr>
      </thead>
      <tbody>
        @for (line of lines(); track line.key; let at = $index) {
          <tr [class.picked]="line.picked">
            <th scope="row">
              <button
                type="button"
                class="quiet"
                [attr.tabindex]="at === active() ? 0 : -1"
                [attr.aria-current]="line.picked ? 'true' : null"
                (click)="pick.emit(line.pick); active.set(at)"
              >
                {{ line.when }}
              </button>
            </th>
            <td>{{ line.kind }}</td>
            <td [class]="line.direction">{{ line.outcome }}</td>
            <td class="num">{{ line.mfe }}</td>
          </tr>
        }
      </tbody>
    </table>
  `,
  styles: `
    :host {
      display: block;
    }
    tbody th {
      padding: 0;
    }
    button.quiet {
      padding: 1px 2px;
      color: var(--text);
      font-size: 12.5px;
      text-align: left;
    }
    td,
    th {
      font-size: 12.5px;
    }
    table.figures thead th {
      padding: 2px 4px;
    }
    table.figures td {
      padding: 1px 4px;
    }
    .picked,
    .picked button {
      background: var(--row);
    }
    .picked th {
      box-shadow: inset 3px 0 0 var(--text);
    }
    .up {
      color: var(--up);
    }
    .down {
      color: var(--down);
    }
    .none {
      color: var(--muted);
    }
  `,
})
export class SetupsList {
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  readonly rows = input.required<SetupRow[]>();
  readonly picked = input.required<PickedSetup | null>();
  /** Points of a tick; NaN while not known. */
  readonly tick = input.required<number>();
  readonly pick = output<PickedSetup>();
  protected readonly lines = computed(() =>
    this.rows().map((row) => {
      const look = row.outcome === null ? null : lookOf(row.outcome);
      return {
        key: `${row.symbol}~${row.ts_s}~${row.approach_dir}`,
        when: `${row.session_date} ${newYorkMinute(row.ts_s)} ${row.approach_dir === 'from_below' ? '↑' : '↓'}`,
        kind: named(row.episode_kind),
        outcome: look ? `${look.glyph} ${look.kind}` : 'not known yet',
        direction: look?.direction ?? 'none',
        mfe: row.mfe_ticks === null ? '–' : points(row.mfe_ticks, this.tick()),
        pick: pickOf(row),
        picked: isSamePick(this.picked(), row),
      };
    }),
  );
  /** The row in the tab order. */
  protected readonly active = linkedSignal(() =>
    Math.max(
      0,
      this.rows().findIndex((row) => isSamePick(this.picked(), row)),
    ),
  );

  protected move(event: KeyboardEvent): void {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') return;
    const place = moved({ row: this.active(), column: 0 }, event.key, event.key === 'Home' || event.key === 'End', this.rows().length, 1);
    if (place === null) return;
    this.active.set(place.row);
    this.host.nativeElement.querySelectorAll('button')[place.row]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
