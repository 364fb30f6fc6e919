import { Injectable, Signal, computed, inject, signal } from '@angular/core';
import { Client, ProblemError } from '../api/client';
import { DayData } from '../api/day-data';
import { stateOf } from '../api/fetched';
import { LakeDays, firstDay } from '../api/lake-days';
import type { Day, NextEpisode } from '../api/schema';
import { LOADING, PanelState, READY } from '../ui/panel-state';
import { boardLevels } from './board-levels';
import { DayFeed } from './feed';
import { StageLook } from './look';

/** The day that is wanted; null leaves the choice to the lake. */
export interface Wish {
  symbol: string | null;
  date: string | null;
  /** The moment, epoch seconds. */
  atS: number | null;
  /** The level wanted by the time the day is there; empty for any. */
  level: () => string;
  /** Asks for the same again. */
  retry: () => void;
  /** Hears that the server holds another version of the day by now. */
  changed: (day: Day) => void;
}

/** A day whose first windows are there. */
export interface Opening {
  data: DayData;
  level: string;
  levels: string[];
  /** The window to begin at. */
  index: number;
  /** The moment that was meant. */
  beginS: number;
  /** The level that was wanted and that the day does not have; null where it has it. */
  missing: string | null;
}

/** The day that is shown, or why none is. */
@Injectable({ providedIn: 'root' })
export class DayLoad {
  private readonly client = inject(Client);
  private readonly lake = inject(LakeDays);
  private readonly look = inject(StageLook);
  private readonly dayNow = signal<DayData | null>(null);
  private readonly feedNow = signal<DayFeed | null>(null);
  private readonly stateNow = signal<PanelState>(LOADING);
  private readonly wanted = signal<{ symbol: string; date: string }>({ symbol: '', date: '' });
  private runs = 0;

  readonly day: Signal<DayData | null> = this.dayNow.asReadonly();
  readonly feed: Signal<DayFeed | null> = this.feedNow.asReadonly();
  readonly state: Signal<PanelState> = this.stateNow.asReadonly();
  readonly symbol: Signal<string> = computed(() => this.dayNow()?.day.symbol ?? this.wanted().symbol);
  readonly date: Signal<string> = computed(() => this.dayNow()?.day.session_date ?? this.wanted().date);

  close(): void {
    this.feedNow()?.close();
  }

  /** Drops the day and loads another; `enter` hears when that one is shown; never, where a newer load began meanwhile. */
  async load(wish: Wish, enter: (opening: Opening) => void): Promise<void> {
    const run = ++this.runs;
    const isCurrent = (): boolean => run === this.runs;
    const { symbol, date } = wish;
    this.close();
    this.feedNow.set(null);
    this.dayNow.set(null);
    this.stateNow.set(LOADING);
    this.wanted.set({ symbol: symbol ?? '', date: date ?? '' });
    this.lake.load().catch(() => undefined); // The header does without; who needs it awaits it.
    try {
      const entry = symbol && date ? { symbol, session_date: date } : await this.newestDay(symbol, date);
      if (!isCurrent()) return;
      this.wanted.set({ symbol: entry.symbol, date: entry.session_date });
      const day = await this.client.get<Day>(`days/${entry.symbol}/${entry.session_date}`);
      if (isCurrent()) await this.begin(day, wish, isCurrent, enter);
    } catch (error) {
      if (isCurrent()) this.stateNow.set(stateOf(error, wish.retry));
    }
  }

  private async newestDay(symbol: string | null, date: string | null): Promise<{ symbol: string; session_date: string }> {
    const { lake, days, fix } = await this.lake.load();
    const fitting = days.filter((day) => (!symbol || day.symbol === symbol || day.root === symbol) && (!date || day.session_date === date));
    const entry = firstDay(fitting);
    if (entry) return entry;
    const message = `The lake ${lake} has no day${symbol ? ` of ${symbol}` : ''}${date ? ` on ${date}` : ''} to show. Files come in first, then a build.`;
    throw new ProblemError(404, { code: 'not_built', message, fix });
  }

  private async begin(day: Day, wish: Wish, isCurrent: () => boolean, enter: (opening: Opening) => void): Promise<void> {
    const data = new DayData(day, this.look.now().horizonS);
    const wanted = wish.level();
    const chosen = day.levels.some(({ level_id }) => level_id === wanted) ? wanted : null;
    const levels = boardLevels(day.levels, chosen);
    const level = chosen ?? levels[0] ?? '';
    const feed = new DayFeed(this.client, data, levels, () => {
      if (isCurrent()) wish.changed(day);
    });
    const first = Math.max(0, data.sessionIndex - 1);
    const beginS = wish.atS ?? day.known_until_s ?? (await this.beginning(day, level));
    const last = data.indexOfEnd(day.known_until_s ?? Infinity);
    const cursor = Math.max(first, Math.min(last, data.indexOfEnd(beginS)));
    await feed.open(day.known_until_s === null ? cursor : Math.max(first, last));
    if (!isCurrent()) return feed.close();
    const windows = feed.state('windows');
    if (windows.kind === 'empty' || data.known === 0) {
      this.stateNow.set(windows.kind === 'empty' ? windows : withoutWindows(day, wish.retry));
      return;
    }
    this.feedNow.set(feed);
    this.dayNow.set(data);
    this.stateNow.set(READY);
    const missing = wanted !== '' && wanted !== level ? wanted : null;
    enter({ data, level, levels, index: Math.min(cursor, data.known - 1), beginS, missing });
  }

  /** Where a day begins whose moment nobody named: at the level's first episode, else at the end of the opening range. */
  private async beginning(day: Day, level: string): Promise<number> {
    const params = { level: level || null, from_s: day.session_start_s, back: 0, version: day.version };
    const rangeEndS = day.rth_open_s + day.opening_range_s;
    return this.client.get<NextEpisode>(`days/${day.symbol}/${day.session_date}/next-episode`, params).then(
      ({ ts_s }) => ts_s ?? rangeEndS,
      () => rangeEndS,
    );
  }
}

/** A day that has no window; a live one will have some. */
function withoutWindows({ symbol, session_date, known_until_s }: Day, retry: () => void): PanelState {
  if (known_until_s === null) return { kind: 'empty', message: `${symbol} has no windows on ${session_date}.`, fix: null };
  return { kind: 'error', message: `${symbol} has no window on ${session_date} yet.`, fix: null, retry };
}
