import { Signal, signal } from '@angular/core';
import type { Params } from '../api/client';
import { BrokenSequence, type DayData } from '../api/day-data';
import type { ReplayProblem, ReplayWindow } from '../api/schema';
import type { CursorDay } from './cursor';
import type { Notices } from './notices';
import { Player } from './player';
import { SPEED_FIRST, boundSpeed } from './speeds';

/** What a source of windows asks of the board, and what it reports. */
export interface BoardEvents {
  /** The moment that is shown, epoch seconds; NaN while no day is. */
  cursorS(): number;
  /** Levels whose conditions are sent. */
  levels(): string[];
  /** The cursor goes to a moment. */
  moved(s: number): void;
  /** The server holds another version of the day. */
  changed(): void;
}

/** What every source of a day's windows is asked for. */
export function paramsOf(data: DayData, levels: string[]): Params {
  const { symbol, session_date, version } = data.day;
  return { symbol, date: session_date, levels: levels.join(','), horizon_s: data.horizonS(), version };
}

/** A day played again from the cursor on, at a speed. */
export class Playback {
  private readonly speedNow = signal(SPEED_FIRST);
  private readonly player: Player;
  readonly speed: Signal<number> = this.speedNow.asReadonly();
  readonly playing: Signal<boolean>;
  /** Seconds since the last message; null while nothing plays. */
  readonly ageS: Signal<number | null>;

  constructor(
    private readonly loaded: CursorDay,
    private readonly notices: Notices,
    private readonly events: BoardEvents,
  ) {
    this.player = new Player('replay', {
      params: () => ({ ...paramsOf(this.loaded.day()!, events.levels()), from_s: events.cursorS(), speed: this.speed() }),
      window: (message) => this.take(message),
      ended: () => notices.mention('The session has ended'),
      problem: (problem) => this.refused(problem),
      broken: () => notices.show({ text: 'The connection to the replay broke; it is being tried again.', fix: null, retry: null }),
      restored: () => notices.close(),
    });
    this.playing = this.player.playing;
    this.ageS = this.player.ageS;
  }

  play(): void {
    this.player.play();
    this.notices.announce(`Playing, ${this.speed()} times`);
  }

  pause(): void {
    this.player.pause();
  }

  /** Goes on over a new connection: other levels or another horizon are requested. */
  reconnect(): void {
    this.player.reconnect();
  }

  /** The speed from now on, or of the next play. */
  setSpeed(speed: number): void {
    this.speedNow.set(boundSpeed(speed));
    this.player.setSpeed(this.speed());
  }

  private take(message: ReplayWindow): void {
    const feed = this.loaded.feed();
    if (!feed) return;
    try {
      feed.append(message);
    } catch (error) {
      if (!(error instanceof BrokenSequence)) throw error;
    }
    this.events.moved(message.start_s + feed.data.day.window_s);
  }

  private refused({ code, message, fix }: ReplayProblem): void {
    if (code === 'day_changed') this.events.changed();
    else this.notices.show({ text: message, fix, retry: () => this.play() });
  }
}
