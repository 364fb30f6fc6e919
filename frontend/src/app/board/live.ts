import { Signal, computed, signal } from '@angular/core';
import type { Params } from '../api/client';
import { BrokenSequence, DayData } from '../api/day-data';
import type { LiveFeed, ReplayProblem, ReplayWindow } from '../api/schema';
import { roughly } from '../ui/duration';
import { FeedWords, failureOf, isCutOff, wordsOf } from './feed-words';
import type { CursorDay } from './cursor';
import type { DayFeed } from './feed';
import type { Notice, Notices } from './notices';
import { type BoardEvents, paramsOf } from './playback';
import { Player } from './player';

/** What the reader sees: a day as it comes, an earlier moment of one, or a past day. */
export type Showing = 'LIVE' | 'REVIEW' | 'REPLAY';

/** The live day: its windows are appended as they become final, also while the reader looks back; the cursor follows the newest or stays. */
export class Live {
  private readonly on = signal(false);
  private readonly following = signal(false);
  private readonly said = signal<LiveFeed | null>(null);
  /** Seconds for which no window could become final, when the feed last spoke. */
  private readonly cutOffS = signal(0);
  private cutOffMs: number | null = null;
  private shown: { text: string; notice: Notice } | null = null;
  private readonly player: Player;

  /** Whether the day shown is live; not any more once its session has ended. */
  readonly isOn: Signal<boolean> = this.on.asReadonly();
  /** Whether the cursor goes on with the newest window. */
  readonly follows: Signal<boolean> = computed(() => this.on() && this.following());
  /** End of the newest window; beyond every moment where the day is not live. */
  readonly edgeS: Signal<number> = computed(() => {
    const data = this.loaded.day();
    if (!this.on() || data === null) return Infinity;
    data.revision();
    return edgeOf(data);
  });
  readonly showing: Signal<Showing> = computed(() => (!this.on() ? 'REPLAY' : this.following() ? 'LIVE' : 'REVIEW'));
  /** How far the moment shown is behind the edge: `3 min behind`. */
  readonly behind: Signal<string> = computed(() => `${roughly(Math.max(0, this.edgeS() - this.events.cursorS()))} behind`);
  /** Seconds since the day last went on: without a message, with an engine that is silent, or with a feed that is cut off; null while off. */
  readonly ageS: Signal<number | null> = computed(() => {
    const ageS = this.player.ageS();
    return ageS === null ? null : Math.max(ageS, this.said()?.silent_s ?? 0, this.cutOffS());
  });
  /** How the feed does; null where no live day is shown. */
  readonly words: Signal<FeedWords | null> = computed(() => {
    if (this.on() && !this.player.playing()) return { text: 'not connected', isFailed: true };
    const said = this.said();
    if (said !== null) return wordsOf(said, this.ageS() ?? 0);
    return this.on() ? { text: 'no word of the feed', isFailed: false } : null;
  });

  constructor(
    private readonly loaded: CursorDay,
    private readonly notices: Notices,
    private readonly events: BoardEvents,
  ) {
    this.player = new Player('live', {
      params: () => this.params(),
      window: (message) => this.take(message),
      feed: (message) => this.hear(message),
      ended: () => this.ended(),
      problem: (problem) => this.refused(problem),
      broken: () => this.notices.show({ text: 'The connection to the live day broke; it is being tried again.', fix: null, retry: null }),
      restored: () => this.notices.close(),
    });
  }

  /** Begins with a day that was loaded; one that is over stays a replay's. */
  begin(data: DayData, follows: boolean): void {
    this.close();
    if (data.day.known_until_s === null) return;
    this.following.set(follows);
    this.on.set(true);
    if (follows) this.events.moved(this.edgeS());
    this.player.play();
  }

  /** The cursor goes to the edge, and on with it. */
  follow(): void {
    if (this.follows() || !this.on()) return;
    this.following.set(true);
    this.events.moved(this.edgeS());
    this.notices.announce('At the live edge');
  }

  /** The cursor stays where it is. */
  leave(): void {
    this.following.set(false);
  }

  /** Goes on over a new connection: other levels or another horizon are requested. */
  reconnect(): void {
    this.player.reconnect();
  }

  /** No live day is shown. */
  close(): void {
    this.player.pause();
    this.on.set(false);
    this.following.set(false);
    this.said.set(null);
    this.cutOffS.set(0);
    this.cutOffMs = null;
    this.shown = null;
  }

  private params(): Params {
    const data = this.loaded.day()!;
    return { ...paramsOf(data, this.events.levels()), from_s: Math.max(data.day.session_start_s, edgeOf(data)) };
  }

  /** Appends a window; where it does not follow on what is there, what lies between is fetched. */
  private take(message: ReplayWindow): void {
    const feed = this.loaded.feed();
    if (!feed) return;
    try {
      feed.append(message);
      this.goOn(feed);
    } catch (error) {
      if (!(error instanceof BrokenSequence)) throw error;
      const between = feed.extend(feed.data.indexOf(message.start_s));
      void between.then(() => this.goOn(feed)).catch(() => undefined); // The window that follows asks for it again.
    }
  }

  private goOn(feed: DayFeed): void {
    if (feed === this.loaded.feed() && this.follows()) this.events.moved(this.edgeS());
  }

  private hear(message: LiveFeed): void {
    this.cutOffMs = isCutOff(message) ? (this.cutOffMs ?? performance.now()) : null;
    this.cutOffS.set(this.cutOffMs === null ? 0 : (performance.now() - this.cutOffMs) / 1000);
    this.said.set(message);
    this.warn(failureOf(message));
  }

  /** Shows a failure while it lasts; one that the reader has closed is not shown again. */
  private warn(text: string | null): void {
    if (text === (this.shown?.text ?? null)) return;
    if (this.shown !== null && this.notices.notice() === this.shown.notice) this.notices.close();
    this.shown = text === null ? null : { text, notice: { text, fix: null, retry: null } };
    if (this.shown === null) return;
    this.notices.show(this.shown.notice);
    this.notices.announce(this.shown.text);
  }

  private ended(): void {
    this.on.set(false);
    this.said.update((said) => said && { feed: said.feed && { ...said.feed, state: 'over' }, silent_s: null, type: 'feed' });
    this.notices.mention('The session has ended');
  }

  private refused({ code, message, fix }: ReplayProblem): void {
    if (code === 'day_changed') return this.events.changed();
    this.leave();
    this.notices.show({ text: message, fix, retry: () => this.player.play() });
  }
}

/** End of the newest window that is there. */
function edgeOf(data: DayData): number {
  return data.endS(data.known - 1);
}
