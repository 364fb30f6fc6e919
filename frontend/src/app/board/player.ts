import { Signal, signal } from '@angular/core';
import type { Params } from '../api/client';
import type { LiveFeed, ReplayProblem, ReplayWindow } from '../api/schema';
import { Source, WindowSocket } from '../api/socket';

/** Waits before a broken connection is tried again; the last one repeats. */
const WAITS_MS = [500, 1000, 2000, 5000];
/** How often the age is said anew; a live day is grey after seconds. */
const TICK_MS = 250;

/** What a player asks for and what it reports. */
export interface PlayerEvents {
  /** Where the next connection begins and what it asks for; its `from_s` is the cursor. */
  params(): Params;
  window(message: ReplayWindow): void;
  /** How a live day's feed does; a replay has none. */
  feed?(message: LiveFeed): void;
  ended(): void;
  problem(problem: ReplayProblem): void;
  /** The connection ended by itself; another is tried. */
  broken(): void;
  /** A message came again after the connection had broken. */
  restored(): void;
}

/** Plays a day over a socket, or follows a live one, and again after the socket broke. */
export class Player {
  private readonly on = signal(false);
  private readonly age = signal<number | null>(null);
  readonly playing: Signal<boolean> = this.on.asReadonly();
  /** Seconds since the last message; null while nothing plays. */
  readonly ageS: Signal<number | null> = this.age.asReadonly();

  private socket: WindowSocket | null = null;
  private trials = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private clock: ReturnType<typeof setInterval> | undefined;
  private lastMs = 0;

  constructor(
    private readonly source: Source,
    private readonly events: PlayerEvents,
  ) {}

  play(): void {
    if (this.on()) return;
    this.on.set(true);
    this.heard();
    this.clock = setInterval(() => this.age.set((performance.now() - this.lastMs) / 1000), TICK_MS);
    this.connect();
  }

  pause(): void {
    clearTimeout(this.retry);
    clearInterval(this.clock);
    this.socket?.close();
    this.socket = null;
    this.trials = 0;
    this.on.set(false);
    this.age.set(null);
  }

  setSpeed(speed: number): void {
    this.socket?.setSpeed(speed);
  }

  /** Goes on from the cursor over a new connection: it moved, or other levels are requested. */
  reconnect(): void {
    if (!this.on()) return;
    this.socket?.close();
    clearTimeout(this.retry);
    this.connect();
  }

  private connect(): void {
    this.socket = new WindowSocket(this.source, this.events.params(), {
      heard: (message) => {
        this.heard();
        if (this.trials > 0) this.events.restored();
        this.trials = 0;
        switch (message.type) {
          case 'window':
            return this.events.window(message);
          case 'feed':
            return this.events.feed?.(message);
          case 'end':
            this.pause();
            return this.events.ended();
          case 'problem':
            this.pause();
            return this.events.problem(message);
        }
      },
      broken: () => {
        this.events.broken();
        this.retry = setTimeout(() => this.connect(), WAITS_MS[Math.min(this.trials, WAITS_MS.length - 1)]);
        this.trials++;
      },
    });
  }

  private heard(): void {
    this.lastMs = performance.now();
    this.age.set(0);
  }
}
