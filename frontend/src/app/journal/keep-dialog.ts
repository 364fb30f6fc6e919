import { ChangeDetectionStrategy, Component, ElementRef, computed, inject, signal, viewChild } from '@angular/core';
import { ProblemError } from '../api/client';
import { Journal } from '../board/journal';
import { Notices } from '../board/notices';
import { Picture } from '../board/picture';
import { Replay } from '../board/replay';
import { newYork } from '../ui/new-york';
import { named } from '../ui/words';
import { saidNow } from './said-now';

/** Characters of a note, as the server takes them. */
const NOTE_MAX = 2000;

/** Keeps the moment on the board in the journal, with a note and a picture. */
@Component({
  selector: 'sp-keep-dialog',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dialog #dialog aria-labelledby="keep-title">
      <h2 id="keep-title">Keep this moment</h2>
      <dl>
        @for (fact of facts(); track fact.name) {
          <dt>{{ fact.name }}</dt>
          <dd>{{ fact.text }}</dd>
        }
      </dl>
      <label for="keep-note">Note</label>
      <textarea #note id="keep-note" rows="4" [attr.maxlength]="noteMax" (keydown)="pressed($event)"></textarea>
      @if (problem(); as problem) {
        <p class="alarm" role="alert">{{ problem.message }} {{ problem.fix }}</p>
      }
      <p class="muted">Kept in the lake with a picture of the board, and not changed afterwards. How it ended is looked up in the lake.</p>
      <div class="foot">
        <button type="button" (click)="dialog.close()">Cancel <kbd aria-hidden="true">Esc</kbd></button>
        <button type="button" class="strong" [disabled]="isBusy()" (click)="keep()">Keep <kbd aria-hidden="true">Enter</kbd></button>
      </div>
    </dialog>
  `,
  styleUrls: ['../ui/dialog.css', './keep-dialog.css'],
})
export class KeepDialog {
  private readonly replay = inject(Replay);
  private readonly journal = inject(Journal);
  private readonly picture = inject(Picture);
  private readonly notices = inject(Notices);
  private readonly dialog = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');
  private readonly note = viewChild.required<ElementRef<HTMLTextAreaElement>>('note');
  private shown: Promise<Blob> | null = null;
  protected readonly noteMax = NOTE_MAX;
  protected readonly isBusy = signal(false);
  protected readonly problem = signal<{ message: string; fix: string | null } | null>(null);

  protected readonly facts = computed(() => {
    const data = this.replay.day();
    if (data === null) return [];
    const { slab, share } = saidNow(this.replay.setup().answer, this.replay.approach(), this.replay.cursorS(), data.day.window_s);
    const facts = [
      { name: 'contract', text: this.replay.symbol() },
      { name: 'date', text: this.replay.date() },
      { name: 'time', text: `${newYork(this.replay.cursorS())} New York` },
      { name: 'level', text: `${data.levelName(this.replay.level())}, ${named(this.replay.approachDir())}` },
      { name: 'verdict', text: slab.words },
    ];
    return share === null ? facts : [...facts, { name: 'share', text: `${share.percent} % ${share.verb}, usually ${share.usual} %` }];
  });

  /** Stops the board, takes its picture and asks for a note. */
  open(): void {
    this.replay.pause();
    this.problem.set(null);
    this.note().nativeElement.value = '';
    this.shown = this.picture.take();
    this.shown.catch(() => undefined); // Said when it is to be kept.
    this.dialog().nativeElement.showModal();
    this.note().nativeElement.focus();
  }

  protected pressed(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    void this.keep();
  }

  protected async keep(): Promise<void> {
    if (this.isBusy() || this.shown === null) return;
    this.isBusy.set(true);
    this.problem.set(null);
    try {
      await this.journal.keep(this.note().nativeElement.value.trim(), await this.shown);
      this.dialog().nativeElement.close();
      this.notices.mention('Kept in the journal: Shift m shows it');
    } catch (error) {
      this.problem.set(error instanceof ProblemError ? error.problem : { message: (error as Error).message, fix: null });
    } finally {
      this.isBusy.set(false);
    }
  }
}
