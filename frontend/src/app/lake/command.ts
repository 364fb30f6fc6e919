import { ChangeDetectionStrategy, Component, input, signal } from '@angular/core';

/** A command to copy. */
@Component({
  selector: 'sp-command',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <code>{{ text() }}</code>
    <button type="button" class="quiet" (click)="copy()" [attr.aria-label]="'Copy the command ' + text()">{{ said() }}</button>
    <span class="hidden" role="status">{{ said() === 'copy' ? '' : said() }}</span>
  `,
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 4px;
      max-width: 100%;
    }
    code {
      user-select: all;
      background: var(--grid);
      padding: 2px 7px;
      border-radius: 4px;
      overflow-wrap: anywhere;
    }
  `,
})
export class Command {
  readonly text = input.required<string>();
  protected readonly said = signal('copy');

  protected async copy(): Promise<void> {
    const copied = await navigator.clipboard.writeText(this.text()).then(
      () => true,
      () => false,
    );
    this.said.set(copied ? 'copied' : 'not allowed here: select it');
  }
}
