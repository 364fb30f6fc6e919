import { Injectable, OnDestroy, Signal, signal } from '@angular/core';
import { ProblemError } from '../api/client';

/** Something that happened and that the reader should know, until it is over or closed. */
export interface Notice {
  text: string;
  fix: string | null;
  retry: (() => void) | null;
}

/** How long a passing notice stands. */
const MENTION_MS = 4000;

/** The one notice that is shown, and what the live region says. */
@Injectable({ providedIn: 'root' })
export class Notices implements OnDestroy {
  private readonly noticeNow = signal<Notice | null>(null);
  private readonly spoken = signal('');
  private timer: ReturnType<typeof setTimeout> | undefined;
  readonly notice: Signal<Notice | null> = this.noticeNow.asReadonly();
  /** What the live region says. */
  readonly announced: Signal<string> = this.spoken.asReadonly();

  ngOnDestroy(): void {
    clearTimeout(this.timer);
  }

  /** Shows a notice in place of the one that stands; null shows none. */
  show(notice: Notice | null): void {
    this.noticeNow.set(notice);
  }

  /** Shows and speaks something that passes: it goes by itself. */
  mention(text: string): void {
    const notice: Notice = { text, fix: null, retry: null };
    this.noticeNow.set(notice);
    this.announce(text);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.noticeNow.update((now) => (now === notice ? null : now)), MENTION_MS);
  }

  /** Shows and speaks why something failed, with a way to try it again. */
  fail(error: unknown, retry: () => void): void {
    const { message, fix } = error instanceof ProblemError ? error.problem : { message: (error as Error).message, fix: null };
    this.noticeNow.set({ text: message, fix, retry });
    this.announce(message);
  }

  /** What had failed works again: its notice goes, any other stays. */
  recover(): void {
    this.noticeNow.update((notice) => (notice?.retry ? null : notice));
  }

  close(): void {
    this.noticeNow.set(null);
  }

  announce(text: string): void {
    this.spoken.set(text);
  }
}
