import { NgTemplateOutlet } from '@angular/common';
import { ChangeDetectionStrategy, Component, TemplateRef, computed, contentChild, inject, input, signal } from '@angular/core';
import { SyntheticBadge } from './badges';
import { PanelState, READY, fixOf, messageOf, tryAgain } from './panel-state';
import { PanelTables } from './panel-tables';

let panels = 0;

/**
 * The frame of every panel: heading, unit, SYNTHETIC badge, and the panel's state in place of its body.
 * A canvas panel offers its figures as text in `<ng-template #table>`, which is rendered only while it is wanted.
 * `<... tools>` elements stand in the header.
 */
@Component({
  selector: 'sp-panel',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [NgTemplateOutlet, SyntheticBadge],
  template: `
    <section [attr.aria-labelledby]="id" [attr.aria-busy]="state().kind === 'loading'" [class.grey]="grey()" [class.amber]="amber()">
      <header>
        <h2 [id]="id">{{ heading() }}</h2>
        @if (unit()) {
          <span class="unit" [title]="unit()">{{ unit() }}</span>
        }
        <ng-content select="[tools]" />
        <span class="spring"></span>
        @if (staleS() !== null) {
          <span class="note" role="status">no data for {{ staleS() }} s</span>
        }
        @if (gap(); as message) {
          <span class="note hatched" role="status">{{ message }}</span>
        }
        @if (table() && shown()) {
          <button type="button" class="quiet" [attr.aria-pressed]="asTable()" (click)="toggleTable()">
            {{ asTable() ? 'show as picture' : 'show as table' }}
          </button>
        }
        @if (synthetic()) {
          <sp-synthetic-badge />
        }
      </header>
      @switch (state().kind) {
        @case ('loading') {
          <div class="skeleton" role="status">
            <span class="hidden">{{ heading() }}: loading</span><i></i><i></i><i></i><i></i>
          </div>
        }
        @case ('empty') {
          <div class="message" role="status">
            <p>{{ message() }}</p>
            @if (fix()) {
              <code>{{ fix() }}</code>
            }
          </div>
        }
        @case ('error') {
          <div class="message error" role="alert">
            <p><span aria-hidden="true">⚠ </span>{{ message() }}</p>
            @if (fix()) {
              <code>{{ fix() }}</code>
            }
            <button type="button" (click)="retry()">Try again</button>
          </div>
        }
      }
      @if (shown()) {
        <div class="body" [hidden]="asTable()"><ng-content /></div>
        @if (asTable()) {
          <div class="table" tabindex="0" role="region" [attr.aria-label]="heading() + ' as a table'">
            <ng-container [ngTemplateOutlet]="table()!" />
          </div>
        }
      }
    </section>
  `,
  styleUrl: './panel-frame.css',
})
export class PanelFrame {
  private readonly tables = inject(PanelTables);
  readonly heading = input.required<string>();
  readonly unit = input<string>('');
  readonly state = input<PanelState>(READY);
  /** Whether its figures are simulated; the board says so once, for the whole page. */
  readonly synthetic = input(false);
  /** What the URL calls the panel while it shows its table; empty where the URL does not say. */
  readonly name = input('');
  protected readonly table = contentChild('table', { read: TemplateRef });
  private readonly opened = signal(false);
  protected readonly asTable = computed(() => {
    const name = this.name();
    return name === '' ? this.opened() : this.tables.shown().includes(name);
  });
  protected readonly id = `panel-${++panels}`;

  protected readonly shown = computed(() => ['ready', 'stale', 'gap'].includes(this.state().kind));
  protected readonly staleS = computed(() => {
    const state = this.state();
    return state.kind === 'stale' ? Math.floor(state.ageS) : null;
  });
  protected readonly grey = computed(() => {
    const state = this.state();
    return state.kind === 'stale' && state.isGrey;
  });
  protected readonly amber = computed(() => this.staleS() !== null && !this.grey());
  protected readonly gap = computed(() => {
    const state = this.state();
    return state.kind === 'gap' ? state.message : null;
  });
  protected readonly message = computed(() => messageOf(this.state()));
  protected readonly fix = computed(() => fixOf(this.state()));

  protected toggleTable(): void {
    if (this.name() === '') this.opened.update((isOpen) => !isOpen);
    else this.tables.toggle(this.name());
  }

  protected retry(): void {
    tryAgain(this.state());
  }
}
