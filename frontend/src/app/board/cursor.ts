import { Signal, computed, signal } from '@angular/core';
import type { DayData } from '../api/day-data';
import { newYork } from '../ui/new-york';
import type { DayFeed } from './feed';
import type { Notices } from './notices';

/** The day whose windows the cursor moves over, and the feed that fetches them. */
export interface CursorDay {
  readonly day: Signal<DayData | null>;
  readonly feed: Signal<DayFeed | null>;
}

/** The moment that is shown. It moves only over windows that are there: `index() < day().known` always. */
export class Cursor {
  private readonly indexNow = signal(0);
  private readonly targetNow = signal(0);
  private chasing: DayFeed | null = null;
  /** Window index; everything shown is at or before it. */
  readonly index: Signal<number> = this.indexNow.asReadonly();
  /** Where the reader wants the cursor; ahead of it while windows are fetched. */
  readonly target: Signal<number> = this.targetNow.asReadonly();
  /** The cursor window's end: what is known. NaN while there is no day. */
  readonly endS: Signal<number> = computed(() => this.loaded.day()?.endS(this.index()) ?? NaN);
  readonly first: Signal<number> = computed(() => Math.max(0, (this.loaded.day()?.sessionIndex ?? 0) - 1));
  readonly last: Signal<number> = computed(() => {
    const data = this.loaded.day();
    return data === null ? 0 : Math.min(data.windows - 1, data.indexOfEnd(this.limitS()));
  });
  readonly atEnd: Signal<boolean> = computed(() => this.loaded.day() !== null && this.index() === this.last());

  /** `failed` hears why windows did not come, and how to try again; `limitS` is the moment beyond which the cursor does not go. */
  constructor(
    private readonly loaded: CursorDay,
    private readonly notices: Notices,
    private readonly failed: (error: unknown, retry: () => void) => void,
    private readonly limitS: Signal<number>,
  ) {}

  /** Stands at a window of a day just loaded. */
  place(index: number): void {
    this.targetNow.set(index);
    this.indexNow.set(index);
  }

  /** To the last window that ended at or before a moment. */
  goTo(s: number): void {
    const data = this.loaded.day();
    if (data) this.moveTo(data.indexOfEnd(s));
  }

  /** To a window of the session, once it is there. */
  moveTo(index: number): void {
    const data = this.loaded.day();
    if (!data) return;
    const target = Math.min(this.last(), Math.max(this.first(), index));
    this.targetNow.set(target);
    if (target < data.known) this.indexNow.set(target);
    else void this.chase();
  }

  /** Fetches windows until the target is there; a target that moves on meanwhile is the next piece's end. */
  private async chase(): Promise<void> {
    const feed = this.loaded.feed();
    if (!feed || this.chasing === feed) return;
    this.chasing = feed;
    const { data } = feed;
    try {
      while (feed === this.loaded.feed() && this.target() >= data.known) {
        const before = data.known;
        await feed.extend(this.target());
        if (feed !== this.loaded.feed()) return;
        if (data.known === before)
          throw new Error(`The lake has no windows of ${data.day.symbol} after ${newYork(data.endS(before - 1))}.`);
        this.indexNow.set(Math.min(this.target(), data.known - 1));
        this.notices.recover();
      }
    } catch (error) {
      if (feed !== this.loaded.feed()) return;
      const target = this.target();
      this.targetNow.set(this.index());
      this.failed(error, () => this.moveTo(target));
    } finally {
      if (this.chasing === feed) this.chasing = null;
    }
  }
}
