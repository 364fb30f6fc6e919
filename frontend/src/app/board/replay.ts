import { Injectable, OnDestroy, Signal, computed, effect, inject, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { stateOf } from '../api/asked';
import { Client, ProblemError, isChanged } from '../api/client';
import { BrokenSequence, DayData } from '../api/day-data';
import { LakeDays, firstDay } from '../api/lake-days';
import type { Day, Episode, NextEpisode, ReplayWindow, SetupAnswer } from '../api/schema';
import { newYork } from '../ui/new-york';
import { named } from '../ui/words';
import { Theme } from '../ui/theme';
import { Address, Parameters, SPAN_FIRST, parametersOf } from './address';
import { boardLevels } from './board-levels';
import { knownAt } from './episodes';
import { DayFeed } from './feed';
import { gapIn } from './gap';
import { Player } from './player';
import { SetupQuestion } from './question';
import { SPEED_FIRST, holdSpeed, nextSpeed } from './speeds';
import { Approach, LOADING, Mode, PanelState, READY, STALE_AMBER_S, TableName } from '../ui/panel-state';

/** Something that happened and that the reader should know, until it is mended or closed. */
export interface Notice {
  text: string;
  mend: string | null;
  retry: (() => void) | null;
}

/** How long a passing notice stands. */
const MENTION_MS = 4000;
/** How often at most the URL follows the cursor. */
const URL_EVERY_MS = 1000;

/**
 * The whole state of the page: which day, which moment, which level.
 *
 * Everything shown is at or before the cursor, and the cursor moves only over windows that are there: `cursor() < day().known` always.
 * The URL says the same: it is replaced as the cursor moves, and pushed when another moment is opened.
 */
@Injectable({ providedIn: 'root' })
export class Replay implements OnDestroy {
  private readonly client = inject(Client);
  private readonly router = inject(Router);
  private readonly lake = inject(LakeDays);
  private readonly theme = inject(Theme);

  private readonly dayNow = signal<DayData | null>(null);
  private readonly dayStateNow = signal<PanelState>(LOADING);
  private readonly wanted = signal<{ symbol: string; date: string }>({ symbol: '', date: '' });
  private readonly cursorNow = signal(0);
  private readonly targetNow = signal(0);
  private readonly levelNow = signal('');
  private readonly approachDirNow = signal<Approach>('from_below');
  private readonly levelsNow = signal<string[]>([]);
  private readonly speedNow = signal(SPEED_FIRST);
  private readonly heatNow = signal(false);
  private readonly spanNow = signal(SPAN_FIRST);
  private readonly tablesNow = signal<string[]>([]);
  private readonly asked = signal(0);
  private readonly noticeNow = signal<Notice | null>(null);
  private readonly said = signal('');
  private readonly feedNow = signal<DayFeed | null>(null);
  private readonly question = new SetupQuestion(this.client, () => this.reloadHere());
  private readonly player = new Player({
    params: () => ({
      symbol: this.symbol(),
      date: this.date(),
      from_s: this.cursorS(),
      speed: this.speed(),
      levels: this.boardLevels().join(','),
      version: this.dayNow()?.day.version,
    }),
    window: (message) => this.played(message),
    ended: () => this.mention('The session has ended'),
    problem: (problem) =>
      problem.code === 'day_changed'
        ? this.reloadHere()
        : this.noticeNow.set({ text: problem.message, mend: problem.mend, retry: () => this.play() }),
    broken: () => this.noticeNow.set({ text: 'The connection to the replay broke; it is being tried again.', mend: null, retry: null }),
    mended: () => this.noticeNow.set(null),
  });

  readonly symbol: Signal<string> = computed(() => this.dayNow()?.day.symbol ?? this.wanted().symbol);
  readonly date: Signal<string> = computed(() => this.dayNow()?.day.session_date ?? this.wanted().date);
  readonly day: Signal<DayData | null> = this.dayNow.asReadonly();
  readonly dayState: Signal<PanelState> = computed(() => {
    const state = this.dayStateNow();
    const ageS = this.feedAgeS();
    return state.kind === 'ready' && ageS !== null && ageS >= STALE_AMBER_S ? { kind: 'stale', ageS } : state;
  });
  /** Window index; everything shown is at or before it. */
  readonly cursor: Signal<number> = this.cursorNow.asReadonly();
  /** The cursor window's end: what is known. NaN while there is no day. */
  readonly cursorS: Signal<number> = computed(() => this.dayNow()?.endS(this.cursorNow()) ?? NaN);
  /** Where the reader wants the cursor; ahead of it while windows are fetched. */
  readonly target: Signal<number> = this.targetNow.asReadonly();
  readonly first: Signal<number> = computed(() => Math.max(0, (this.dayNow()?.sessionIndex ?? 0) - 1));
  readonly last: Signal<number> = computed(() => (this.dayNow()?.windows ?? 1) - 1);
  readonly atEnd: Signal<boolean> = computed(() => this.dayNow() !== null && this.cursorNow() === this.last());
  readonly level: Signal<string> = this.levelNow.asReadonly();
  readonly approachDir: Signal<Approach> = this.approachDirNow.asReadonly();
  readonly boardLevels: Signal<string[]> = this.levelsNow.asReadonly();
  readonly mode: Signal<Mode> = signal<Mode>('replay').asReadonly();
  readonly playing: Signal<boolean> = this.player.playing;
  /** Seconds since the feed's last message; null while nothing plays. */
  readonly feedAgeS: Signal<number | null> = this.player.ageS;
  readonly speed: Signal<number> = this.speedNow.asReadonly();
  readonly heatUnder: Signal<boolean> = this.heatNow.asReadonly();
  /** Minutes that the picture of the resting size spans. */
  readonly heatSpan: Signal<number> = this.spanNow.asReadonly();
  /** Panels shown as tables. */
  readonly tables: Signal<string[]> = this.tablesNow.asReadonly();
  /** Rises by one when the reader asks for the neighbours: their panel takes the focus. */
  readonly neighboursAsked: Signal<number> = this.asked.asReadonly();
  readonly synthetic: Signal<boolean> = computed(() => this.dayNow()?.day.synthetic ?? false);
  readonly notice: Signal<Notice | null> = this.noticeNow.asReadonly();
  /** What the live region says. */
  readonly announced: Signal<string> = this.said.asReadonly();
  /** Episodes as they are known at the cursor. */
  readonly episodes: Signal<Episode[]> = computed(() => knownAt(this.question.episodes(), this.cursorS()), { equal: sameItems });
  /** The newest setup of the level and approach at the cursor; newer ones are ruled out up to `as_of_s`. */
  readonly setup: Signal<{ state: PanelState; answer: SetupAnswer | null }> = computed(() => this.answerNow());
  /** The board's state as the URL says it. */
  readonly parameters: Signal<Parameters> = computed(() =>
    parametersOf({
      symbol: this.symbol() || null,
      date: this.date() || null,
      atS: Number.isNaN(this.cursorS()) ? null : this.cursorS(),
      level: this.level() || null,
      approachDir: this.approachDir(),
      speed: this.speed(),
      heat: this.heatUnder(),
      span: this.heatSpan(),
      tables: this.tables(),
      theme: this.theme.chosen(),
    }),
  );

  private written = '';
  private urlTimer: ReturnType<typeof setTimeout> | undefined;
  private mentionTimer: ReturnType<typeof setTimeout> | undefined;
  private chasing: DayFeed | null = null;
  private loads = 0;
  private jumps = 0;
  private adopting: number | null = null;
  private approachDirNamed = false;

  constructor() {
    effect(() => {
      const data = this.dayNow();
      const asked = { level: this.level(), approachDir: this.approachDir(), asOfS: this.cursorS() };
      untracked(() => (data ? this.question.ask({ data, ...asked }) : this.question.forget()));
    });
    effect(() => {
      this.parameters();
      if (this.dayNow()) untracked(() => this.mirror());
    });
    effect(() => {
      this.episodes();
      untracked(() => this.adopt());
    });
  }

  ngOnDestroy(): void {
    this.player.pause();
    this.question.forget();
    this.feedNow()?.close();
    clearTimeout(this.urlTimer);
    clearTimeout(this.mentionTimer);
  }

  /** State of one of the day's tables: loading until its first piece is there, empty where it is not built, stale while the feed is. */
  tableState(table: TableName): PanelState {
    const day = this.dayState();
    const feed = this.feedNow();
    if (day.kind !== 'ready' && day.kind !== 'stale') return day;
    const state = feed?.state(table) ?? LOADING;
    if (state.kind !== 'ready') return state;
    if (day.kind === 'stale') return day;
    return gapIn(this.dayNow()!.marks[this.cursor()]) ?? READY;
  }

  /** Shows what a URL says. What it leaves out stays, or is chosen where nothing is shown yet. */
  async restore(address: Address): Promise<void> {
    const text = JSON.stringify(parametersOf(address));
    if (text === this.written) return;
    this.written = text;
    this.speedNow.set(address.speed);
    this.heatNow.set(address.heat);
    this.spanNow.set(address.span);
    this.tablesNow.set(address.tables);
    if (address.theme) this.theme.choose(address.theme);
    if (address.approachDir) this.approachDirNow.set(address.approachDir);
    const data = this.dayNow();
    const same =
      data && (address.symbol === null || address.symbol === this.symbol()) && (address.date === null || address.date === this.date());
    if (same) {
      this.pause();
      if (address.level) this.setLevel(address.level);
      if (address.atS !== null) this.goTo(address.atS);
      return;
    }
    if (address.level) this.levelNow.set(address.level);
    this.approachDirNamed = address.approachDir !== null;
    await this.load(address.symbol, address.date, address.atS);
  }

  /** Goes to another moment, of this day or another; Back returns to this one. */
  open(symbol: string, date: string, s: number, level?: string, approachDir?: Approach): void {
    this.pause();
    const here = this.parameters();
    const there: Parameters = {
      ...here,
      symbol,
      date,
      at: newYork(s),
      level: level ?? here['level'],
      approach_dir: approachDir ?? here['approach_dir'],
    };
    const onBoard = this.router.url.startsWith('/board') && this.dayNow() !== null;
    clearTimeout(this.urlTimer);
    this.urlTimer = undefined;
    void (onBoard ? this.write(here) : Promise.resolve()).then(() => this.router.navigate(['/board'], { queryParams: there }));
  }

  /** To the last window that ended at or before a moment. */
  goTo(s: number): void {
    const data = this.dayNow();
    if (data) this.moveTo(data.indexOfEnd(s));
  }

  /** To a window; playing stops. */
  goToWindow(index: number): void {
    this.pause();
    this.adopting = null;
    this.moveTo(index);
  }

  step(windows: number): void {
    this.goToWindow(this.targetNow() + windows);
  }

  /** To the start of the level's next or previous episode. */
  async stepEpisode(direction: 1 | -1): Promise<void> {
    const data = this.dayNow();
    if (!data) return;
    this.pause();
    const jump = ++this.jumps;
    const { symbol, session_date, version } = data.day;
    const params = { level: this.level(), from_s: this.cursorS(), back: direction === -1 ? 1 : 0, version };
    try {
      const { ts_s } = await this.client.get<NextEpisode>(`days/${symbol}/${session_date}/next-episode`, params);
      if (jump !== this.jumps || data !== this.dayNow()) return;
      if (ts_s === null) return this.mention(`${this.levelName()} has no ${direction === 1 ? 'later' : 'earlier'} episode on this day`);
      this.adopting = ts_s;
      this.goTo(ts_s);
      this.adopt();
    } catch (error) {
      this.tell(error, () => void this.stepEpisode(direction));
    }
  }

  play(): void {
    if (!this.dayNow() || this.playing()) return;
    if (this.atEnd()) return this.mention('The session has ended; Home goes to its start');
    this.noticeNow.set(null);
    this.moveTo(this.cursor());
    this.player.play();
    this.announce(`Playing, ${this.speed()} times`);
  }

  pause(): void {
    if (!this.playing()) return;
    this.player.pause();
    this.announce(`Paused at ${newYork(this.cursorS())}`);
  }

  toggle(): void {
    if (this.playing()) this.pause();
    else this.play();
  }

  setSpeed(speed: number): void {
    this.speedNow.set(holdSpeed(speed));
    this.player.setSpeed(this.speed());
    this.announce(`Speed ${this.speed()} times`);
  }

  changeSpeed(direction: 1 | -1): void {
    this.setSpeed(nextSpeed(this.speed(), direction));
  }

  setLevel(levelId: string): void {
    if (levelId === this.level()) return;
    this.levelNow.set(levelId);
    const data = this.dayNow();
    const shown = this.boardLevels();
    if (data && !shown.includes(levelId)) {
      this.levelsNow.set(boardLevels(data.day.levels, levelId));
      void this.feedNow()?.showLevels(this.boardLevels());
      this.player.reconnect();
    }
    this.announce(`${this.levelName()}, ${named(this.approachDir())}`);
  }

  setApproachDir(approachDir: Approach): void {
    if (approachDir === this.approachDir()) return;
    this.approachDirNow.set(approachDir);
    this.announce(`${this.levelName()}, ${named(approachDir)}`);
  }

  flipApproachDir(): void {
    this.setApproachDir(this.approachDir() === 'from_below' ? 'from_above' : 'from_below');
  }

  toggleHeat(): void {
    this.heatNow.update((on) => !on);
    this.announce(`Heat under the candles ${this.heatUnder() ? 'on' : 'off'}`);
  }

  setHeatSpan(minutes: number): void {
    this.spanNow.set(minutes);
  }

  /** Shows a panel as a table, or as a picture again. */
  toggleTable(panel: string): void {
    this.tablesNow.update((open) => (open.includes(panel) ? open.filter((name) => name !== panel) : [...open, panel]));
  }

  askNeighbours(): void {
    this.asked.update((n) => n + 1);
  }

  announce(text: string): void {
    this.said.set(text);
  }

  closeNotice(): void {
    this.noticeNow.set(null);
  }

  private levelName(): string {
    return this.dayNow()?.levelName(this.level()) ?? this.level();
  }

  private async load(symbol: string | null, date: string | null, atS: number | null, notice: Notice | null = null): Promise<void> {
    const run = ++this.loads;
    this.pause();
    this.feedNow()?.close();
    this.feedNow.set(null);
    this.dayNow.set(null);
    this.dayStateNow.set(LOADING);
    this.noticeNow.set(notice);
    this.wanted.set({ symbol: symbol ?? '', date: date ?? '' });
    this.lake.load().catch(() => undefined); // The header does without; who needs it awaits it.
    try {
      const entry = symbol && date ? { symbol, session_date: date } : await this.newestDay(symbol, date);
      if (run !== this.loads) return;
      this.wanted.set({ symbol: entry.symbol, date: entry.session_date });
      const day = await this.client.get<Day>(`days/${entry.symbol}/${entry.session_date}`);
      if (run !== this.loads) return;
      await this.begin(day, atS, run);
    } catch (error) {
      if (run === this.loads) this.dayStateNow.set(stateOf(error, () => void this.load(symbol, date, atS)));
    }
  }

  private async newestDay(symbol: string | null, date: string | null): Promise<{ symbol: string; session_date: string }> {
    const { lake, days } = await this.lake.load();
    const fitting = days.filter((day) => (!symbol || day.symbol === symbol || day.root === symbol) && (!date || day.session_date === date));
    const entry = firstDay(fitting);
    if (entry) return entry;
    const message = `The lake ${lake} has no day${symbol ? ` of ${symbol}` : ''}${date ? ` on ${date}` : ''} to show. Files come in first, then a build.`;
    throw new ProblemError(404, { code: 'not_built', message, mend: 'spymaster import FILES && spymaster build --layer all --symbol ES --dates FIRST:LAST' });
  }

  private async begin(day: Day, atS: number | null, run: number): Promise<void> {
    const data = new DayData(day);
    const wanted = this.level();
    const chosen = day.levels.some(({ level_id }) => level_id === wanted) ? wanted : null;
    const levels = boardLevels(day.levels, chosen);
    const level = chosen ?? levels[0] ?? '';
    const feed = new DayFeed(this.client, data, levels, () => {
      if (run === this.loads) this.reload(day, this.dayNow() ? this.cursorS() : atS);
    });
    const first = Math.max(0, data.sessionIndex - 1);
    const beginS = atS ?? (await this.beginning(day, level));
    const cursor = Math.min(data.windows - 1, Math.max(first, data.indexOfEnd(beginS)));
    await feed.open(cursor);
    if (run !== this.loads) return feed.close();
    const windows = feed.state('windows');
    if (windows.kind === 'empty' || data.known === 0) {
      this.dayStateNow.set(
        windows.kind === 'empty' ? windows : { kind: 'empty', message: `${day.symbol} has no windows on ${day.session_date}.`, mend: null },
      );
      return;
    }
    this.levelNow.set(level);
    this.levelsNow.set(levels);
    const shown = Math.min(cursor, data.known - 1);
    this.targetNow.set(shown);
    this.cursorNow.set(shown);
    this.feedNow.set(feed);
    this.dayNow.set(data);
    this.dayStateNow.set(READY);
    if (atS === null && !this.approachDirNamed) this.adopting = beginS;
    this.announce(`${day.symbol} ${day.session_date}, ${newYork(data.endS(shown))}`);
    if (wanted !== '' && wanted !== level) this.mention(`${day.symbol} ${day.session_date} has no level ${wanted}; ${this.levelName()} is shown`);
  }

  /** Where a day begins whose moment nobody named: at the level's first episode, else behind the opening range. */
  private async beginning(day: Day, level: string): Promise<number> {
    const params = { level: level || null, from_s: day.session_start_s, back: 0, version: day.version };
    const rangeEndS = day.rth_open_s + day.opening_range_s;
    return this.client.get<NextEpisode>(`days/${day.symbol}/${day.session_date}/next-episode`, params).then(
      ({ ts_s }) => ts_s ?? rangeEndS,
      () => rangeEndS,
    );
  }

  /** Loads a day again that the server holds at another version by now. */
  private reload({ symbol, session_date }: Day, atS: number | null): void {
    const text = `${symbol} ${session_date} was built anew; it has been loaded again.`;
    void this.load(symbol, session_date, atS, { text, mend: null, retry: null });
  }

  private reloadHere(): void {
    const data = this.dayNow();
    if (data) this.reload(data.day, this.cursorS());
  }

  private moveTo(index: number): void {
    const data = this.dayNow();
    if (!data) return;
    const target = Math.min(this.last(), Math.max(this.first(), index));
    this.targetNow.set(target);
    if (target < data.known) this.cursorNow.set(target);
    else void this.chase();
  }

  /** Fetches windows until the target is there; a target that moves on meanwhile is the next piece's end. */
  private async chase(): Promise<void> {
    const feed = this.feedNow();
    if (!feed || this.chasing === feed) return;
    this.chasing = feed;
    const { data } = feed;
    try {
      while (feed === this.feedNow() && this.targetNow() >= data.known) {
        const before = data.known;
        await feed.extend(this.targetNow());
        if (feed !== this.feedNow()) return;
        if (data.known === before)
          throw new Error(`The lake has no windows of ${data.day.symbol} after ${newYork(data.endS(before - 1))}.`);
        this.cursorNow.set(Math.min(this.targetNow(), data.known - 1));
        this.noticeNow.update((notice) => (notice?.retry ? null : notice)); // what had failed works again
      }
    } catch (error) {
      if (feed !== this.feedNow()) return;
      const target = this.targetNow();
      this.targetNow.set(this.cursor());
      this.tell(error, () => this.moveTo(target));
    } finally {
      if (this.chasing === feed) this.chasing = null;
    }
  }

  private played(message: ReplayWindow): void {
    const feed = this.feedNow();
    if (!feed) return;
    try {
      feed.append(message);
    } catch (error) {
      if (!(error instanceof BrokenSequence)) throw error;
    }
    this.moveTo(feed.data.indexOfEnd(message.start_s + feed.data.day.window_s));
  }

  /** Takes over the approach of the episode that was jumped to, once it is known. */
  private adopt(): void {
    const begun = this.episodes().filter(
      ({ start_s, level_id, setup }) => start_s === this.adopting && level_id === this.level() && setup === 'level_test',
    );
    const episode = begun.find(({ approach_dir }) => approach_dir === this.approachDir()) ?? begun[0];
    if (!episode) return;
    this.adopting = null;
    this.setApproachDir(episode.approach_dir);
  }

  private answerNow(): { state: PanelState; answer: SetupAnswer | null } {
    const data = this.dayNow();
    const day = this.dayStateNow();
    if (!data) return { state: day, answer: null };
    const { state, answer, asOfS: toldS } = this.question.answer();
    const asOfS = this.cursorS();
    if (!answer || answer.setup.ts_s > asOfS) return { state: answer ? LOADING : state, answer: null };
    return { state, answer: { ...answer, as_of_s: Math.min(asOfS, toldS) } };
  }

  private mirror(): void {
    this.urlTimer ??= setTimeout(() => {
      this.urlTimer = undefined;
      void this.write(this.parameters());
    }, URL_EVERY_MS);
  }

  private async write(parameters: Parameters): Promise<void> {
    const text = JSON.stringify(parameters);
    if (text === this.written || !this.router.url.startsWith('/board')) return;
    this.written = text;
    await this.router.navigate(['/board'], { queryParams: parameters, replaceUrl: true });
  }

  /** Says something that needs no answer: it goes by itself. */
  private mention(text: string): void {
    const notice: Notice = { text, mend: null, retry: null };
    this.noticeNow.set(notice);
    this.announce(text);
    clearTimeout(this.mentionTimer);
    this.mentionTimer = setTimeout(() => this.noticeNow.update((now) => (now === notice ? null : now)), MENTION_MS);
  }

  private tell(error: unknown, retry: () => void): void {
    if (isChanged(error)) return this.reloadHere();
    const { message, mend } = error instanceof ProblemError ? error.problem : { message: (error as Error).message, mend: null };
    this.noticeNow.set({ text: message, mend, retry });
    this.announce(message);
  }
}

/** Same episodes, each unchanged: nothing to draw anew. */
function sameItems(one: Episode[], other: Episode[]): boolean {
  return one.length === other.length && one.every((item, at) => item === other[at] || JSON.stringify(item) === JSON.stringify(other[at]));
}
