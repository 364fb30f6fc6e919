import { ChangeDetectionStrategy, Component, ElementRef, computed, inject, viewChild } from '@angular/core';
import type { JournalEntry } from '../api/schema';
import { Journal } from '../board/journal';
import { lookOf } from '../setup/outcome';
import { fixOf, messageOf, tryAgain } from '../ui/panel-state';
import { named } from '../ui/words';

/** The moments that were kept, newest first: what was said, the note, how the test ended; each opens on the board. */
@Component({
  selector: 'sp-journal-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dialog #dialog aria-labelledby="journal-title">
      <h2 id="journal-title">Journal</h2>
      @switch (journal.state().kind) {
        @case ('loading') {
          <p class="muted" role="status">The journal is being read</p>
        }
        @case ('ready') {
          <ol>
            @for (line of lines(); track line.entry.id) {
              <li>
                <button type="button" [attr.aria-label]="line.when + ' ' + line.level + ', show on the board'" (click)="open(line.entry)">
                  <img [src]="line.picture" alt="" loading="lazy" width="192" height="120" />
                </button>
                <div>
                  <p class="when">
                    <strong>{{ line.when }}</strong> <span class="muted">{{ line.level }}</span>
                    @if (line.entry.synthetic) {
                      <span class="badge synthetic">SYNTHETIC</span>
                    }
                  </p>
                  <p>
                    <b>{{ line.entry.verdict }}</b> {{ line.share }} <span [class]="line.direction">{{ line.outcome }}</span>
                  </p>
                  <p class="note">{{ line.entry.note }}</p>
                </div>
              </li>
            } @empty {
              <li class="muted">Nothing was kept yet: key m keeps the moment on the board.</li>
            }
          </ol>
          @for (one of journal.kept()?.damaged; track one.file) {
            <p class="alarm" role="alert">
              <code>{{ one.file }}</code> {{ one.message }}
            </p>
          }
        }
        @default {
          <p class="alarm" role="alert">
            {{ message() }} <code>{{ fix() }}</code>
          </p>
          <button type="button" (click)="retry()">Try again</button>
        }
      }
      <div class="foot"><button type="button" autofocus (click)="dialog.close()">Close</button></div>
    </dialog>
  `,
  styleUrls: ['../ui/dialog.css', './journal-dialog.css'],
})
export class JournalDialog {
  protected readonly journal = inject(Journal);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  protected readonly message = computed(() => messageOf(this.journal.state()));
  protected readonly fix = computed(() => fixOf(this.journal.state()));
  protected readonly lines = computed(() => (this.journal.kept()?.entries ?? []).map(lineOf));

  toggle(): void {
    const dialog = this.dialog().nativeElement;
    if (dialog.open) return dialog.close();
    this.journal.fetch();
    dialog.showModal();
  }

  protected open(entry: JournalEntry): void {
    this.dialog().nativeElement.close();
    this.journal.open(entry);
  }

  protected retry(): void {
    tryAgain(this.journal.state());
  }
}

function lineOf(entry: JournalEntry) {
  const look = entry.outcome === null ? null : lookOf(entry.outcome);
  const unknown = entry.test_s === null ? '' : '· outcome not known yet';
  return {
    entry,
    when: `${entry.symbol} ${entry.new_york}`,
    level: `${entry.level_name}, ${named(entry.approach_dir)}`,
    picture: `/api/journal/${entry.id}/picture`,
    share: entry.share === null ? '' : `· ${entry.kind} ${percent(entry.share)}, usually ${percent(entry.usual!)}`,
    outcome: look === null ? unknown : `· it ended ${look.glyph} ${look.kind}`,
    direction: look?.direction ?? 'none',
  };
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
