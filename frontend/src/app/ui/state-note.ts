import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { PanelState, fixOf, messageOf, tryAgain } from './panel-state';

/** Why a part of a panel has no figures: what is wrong, the command that fixes it, and a button that tries again. */
@Component({
  selector: 'sp-state-note',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <div [attr.role]="isError() ? 'alert' : 'status'" [class.error]="isError()">
      <span>{{ what() }}: {{ message() }}</span>
      @if (fix()) {
        <code>{{ fix() }}</code>
      }
      @if (isError()) {
        <button type="button" (click)="retry()">Try again</button>
      }
    </div>
  `,
  styles: `
    div {
      display: flex;
      flex-direction: column;
      align-items: center;
      gap: 6px;
      padding: 8px 12px;
      color: var(--muted);
      text-align: center;
      background: var(--panel);
      border-radius: 6px;
    }
    .error span {
      color: var(--alarm);
    }
    code {
      color: var(--text);
      user-select: all;
      overflow-wrap: anywhere;
    }
  `,
})
export class StateNote {
  /** What is missing. */
  readonly what = input.required<string>();
  readonly state = input.required<PanelState>();
  protected readonly isError = computed(() => this.state().kind === 'error');
  protected readonly message = computed(() => (this.state().kind === 'loading' ? 'loading' : messageOf(this.state())));
  protected readonly fix = computed(() => fixOf(this.state()));

  protected retry(): void {
    tryAgain(this.state());
  }
}
