import { ChangeDetectionStrategy, Component, ElementRef, viewChild } from '@angular/core';
import { KEYS } from '../board/keys';

/** The keys, in a dialog. */
@Component({
  selector: 'sp-help',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dialog #dialog aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <table class="figures">
        <tbody>
          @for (row of keys; track row[0]) {
            <tr>
              <th scope="row">
                <kbd>{{ row[0] }}</kbd>
              </th>
              <td>{{ row[1] }}</td>
            </tr>
          }
        </tbody>
      </table>
      <p class="muted">Nothing right of the cursor is drawn or sent: every figure is what was known at that moment.</p>
      <div class="foot"><button type="button" (click)="dialog.close()">Close</button></div>
    </dialog>
  `,
  styleUrl: '../ui/dialog.css',
  styles: `
    dialog {
      max-width: 460px;
    }
    kbd {
      color: var(--text);
    }
  `,
})
export class Help {
  protected readonly keys = KEYS;
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  toggle(): void {
    const dialog = this.dialog().nativeElement;
    if (dialog.open) dialog.close();
    else dialog.showModal();
  }
}
