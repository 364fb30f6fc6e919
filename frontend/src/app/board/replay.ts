import { Injectable, OnDestroy, Signal, computed, effect, inject, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import type { Approach } from '../api/approach';
import { Client, isChanged, type TableName } from '../api/client';
import type { DayData } from '../api/day-data';
import type { ApproachAnswer, Day, Episode, NextEpisode, SetupAnswer } from '../api/schema';
import { StageLook } from './look';
import { newYork } from '../ui/new-york';
import { LOADING, PanelState, READY, WITH_LIVE, WITH_REPLAY, lookOf } from '../ui/panel-state';
import { PanelTables } from '../ui/panel-tables';
import { Theme } from '../ui/theme';
import { named } from '../ui/words';
import { Address, Parameters, parametersOf } from './address';
import { AddressBar } from './address-bar';
import { boardLevels } from './board-levels';
import { Cover } from './cover';
import { Cursor } from './cursor';
import { DayLoad, Opening } from './day-load';
import { isSameList, knownAt } from './episodes';
import { gapIn } from './gap';
import { HorizonTurn } from './horizon-turn';
import { Live } from './live';
import { Notice, Notices } from './notices';
import { type BoardEvents, Playback } from './playback';
import { SetupQuestion, type SetupRequest, answerAt, approachAt } from './question';
import { nextSpeed } from './speeds';

/**
 * The whole state of the page: which day, which moment, which level.
 *
 * Everything shown is at or before the cursor. The URL says the same: it is replaced as the cursor moves, and pushed when another moment
 * is opened.
 */
@Injectable({ providedIn: 'root' })
export class Replay implements OnDestroy {
  private readonly client = inject(Client);
  private readonly router = inject(Router);
  private readonly theme = inject(Theme);
  private readonly panelTables = inject(PanelTables);
  private readonly look = inject(StageLook);
  private readonly notices = inject(Notices);
  private readonly cover = inject(Cover);
  private readonly loaded = inject(DayLoad);

  private readonly levelNow = signal('');
  private readonly approachDirNow = signal<Approach>('from_below');
  private readonly levelsNow = signal<string[]>([]);
  private readonly seenNow = signal(NaN);
  private readonly eventsNow = signal(false);
  private readonly events: BoardEvents = {
    cursorS: () => this.cursorS(),
    levels: () => this.boardLevels(),
    moved: (s) => this.goTo(s),
    changed: () => this.reloadHere(),
  };
  private readonly playback = new Playback(this.loaded, this.notices, this.events);
  readonly live = new Live(this.loaded, this.notices, this.events);
  private readonly limitS = computed(() => Math.min(this.cover.limitS(), this.live.edgeS()));
  private readonly moment = new Cursor(this.loaded, this.notices, (error, retry) => this.failed(error, retry), this.limitS);
  private readonly question = new SetupQuestion(this.client, () => this.reloadHere());

  readonly symbol: Signal<string> = this.loaded.symbol;
  readonly date: Signal<string> = this.loaded.date;
  readonly day: Signal<DayData | null> = this.loaded.day;
  readonly dayState: Signal<PanelState> = computed(() => {
    const state = this.loaded.state();
    const [ageS, look] = [this.feedAgeS(), this.feedLook()];
    const isOfNow = this.live.showing() !== 'REVIEW';
    return state.kind === 'ready' && isOfNow && ageS !== null && look !== 'fresh'
      ? { kind: 'stale', ageS, isGrey: look === 'grey' }
      : state;
  });
  /** Window index; everything shown is at or before it. */
  readonly cursor: Signal<number> = this.moment.index;
  /** The cursor window's end: what is known. NaN while there is no day. */
  readonly cursorS: Signal<number> = this.moment.endS;
  /** Where the reader wants the cursor; ahead of it while windows are fetched. */
  readonly target: Signal<number> = this.moment.target;
  readonly first: Signal<number> = this.moment.first;
  readonly last: Signal<number> = this.moment.last;
  readonly atEnd: Signal<boolean> = this.moment.atEnd;
  readonly level: Signal<string> = this.levelNow.asReadonly();
  readonly approachDir: Signal<Approach> = this.approachDirNow.asReadonly();
  readonly boardLevels: Signal<string[]> = this.levelsNow.asReadonly();
  readonly playing: Signal<boolean> = this.playback.playing;
  /** Seconds since the feed's last message; null while nothing plays. */
  readonly feedAgeS: Signal<number | null> = computed(() => this.live.ageS() ?? this.playback.ageS());
  readonly feedLook = computed(() => lookOf(this.feedAgeS() ?? 0, this.live.isOn() ? WITH_LIVE : WITH_REPLAY));
  readonly speed: Signal<number> = this.playback.speed;
  /** Whether the reader asked for the events: on a narrow board they lie over the other levels, on a wide one they have the focus. */
  readonly eventsOpen: Signal<boolean> = this.eventsNow.asReadonly();
  readonly synthetic: Signal<boolean> = computed(() => this.day()?.day.synthetic ?? false);
  /** Episodes as they are known at the cursor. */
  readonly episodes: Signal<Episode[]> = computed(() => knownAt(this.question.episodes(), this.cursorS()), { equal: isSameList });
  /** The newest setup of the level and approach at the cursor; newer ones are ruled out up to `as_of_s`. */
  readonly setup: Signal<{ state: PanelState; answer: SetupAnswer | null }> = computed(() => {
    if (!this.day()) return { state: this.loaded.state(), answer: null };
    return answerAt(this.question.answer(), this.day()!, this.cursorS());
  });
  /** The approach to the level at the cursor; null where price does not come to it. */
  readonly approach: Signal<ApproachAnswer | null> = computed(() => approachAt(this.question.approach(), this.requestNow()));
  /** Time at which the fire fell that the reader has seen; NaN while none. */
  readonly seenFireS: Signal<number> = computed(() => this.seenNow());
  /** The board's state as the URL says it; of a drill it says nothing but which one it is. */
  readonly parameters: Signal<Parameters> = computed(() => {
    const drill = this.cover.drillId();
    if (drill !== null) return { drill };
    return parametersOf({
      symbol: this.symbol() || null,
      date: this.date() || null,
      atS: Number.isNaN(this.cursorS()) || this.live.follows() ? null : this.cursorS(),
      level: this.level() || null,
      approachDir: this.approachDir(),
      speed: this.speed(),
      look: this.look.now(),
      tables: this.panelTables.shown(),
      theme: this.theme.chosen(),
    });
  });

  private readonly addressBar = new AddressBar(this.router, this.parameters);
  private jumps = 0;
  private adopting: number | null = null;
  private approachDirNamed = false;

  constructor() {
    effect(() => {
      const request = this.requestNow();
      untracked(() => (request ? this.question.ask(request) : this.question.forget()));
    });
    new HorizonTurn(this.loaded, this.look, this.question, {
      request: () => this.requestNow(),
      turned: () => this.reconnect(),
      failed: (error, retry) => this.failed(error, retry),
    });
    effect(() => {
      this.parameters();
      if (this.day()) untracked(() => this.addressBar.follow());
    });
    effect(() => {
      this.episodes();
      untracked(() => this.adopt());
    });
  }

  ngOnDestroy(): void {
    this.playback.pause();
    this.live.close();
    this.question.forget();
    this.loaded.close();
    this.addressBar.close();
  }

  /** State of one of the day's tables: loading until its first piece is there, empty where it is not built, stale while the feed is. */
  tableState(table: TableName): PanelState {
    const day = this.dayState();
    if (day.kind !== 'ready' && day.kind !== 'stale') return day;
    const state = this.loaded.feed()?.state(table) ?? LOADING;
    if (state.kind !== 'ready') return state;
    if (day.kind === 'stale') return day;
    return gapIn(this.day()!.marks[this.cursor()]) ?? READY;
  }

  /** Shows what a URL says. What it leaves out stays, or is chosen where nothing is shown yet. */
  async restore(address: Address): Promise<void> {
    if (!this.addressBar.isNews(address)) return;
    this.playback.setSpeed(address.speed);
    this.look.show(address.look);
    this.panelTables.show(address.tables);
    if (address.theme) this.theme.choose(address.theme);
    if (address.approachDir) this.approachDirNow.set(address.approachDir);
    const isShown = this.day() && [null, this.symbol()].includes(address.symbol) && [null, this.date()].includes(address.date);
    if (isShown) {
      this.pause();
      if (address.level) this.setLevel(address.level);
      if (address.atS !== null) this.goTo(address.atS);
      else if (this.live.isOn()) this.play();
      return;
    }
    if (address.level) this.levelNow.set(address.level);
    this.approachDirNamed = address.approachDir !== null;
    await this.load(address.symbol, address.date, address.atS);
  }

  /** Loads a day anew, so that nothing of it is held that came after the moment. */
  async show(symbol: string, date: string, s: number, level: string, approachDir: Approach): Promise<void> {
    this.levelNow.set(level);
    this.approachDirNow.set(approachDir);
    this.approachDirNamed = true;
    await this.load(symbol, date, s);
  }

  /** Goes to another moment, of this day or another, null for a live day's edge; Back returns to this one. */
  open(symbol: string, date: string, s: number | null, level?: string, approachDir?: Approach): void {
    this.pause();
    const here = this.parameters();
    const there: Parameters = {
      ...here,
      symbol,
      date,
      at: s === null ? null : newYork(s),
      level: level ?? here['level'],
      approach_dir: approachDir ?? here['approach_dir'],
    };
    this.addressBar.push('/board', there, this.day() !== null);
  }

  /** Goes to another screen; Back returns to this moment. */
  leaveFor(path: string, parameters: Parameters): void {
    this.pause();
    this.addressBar.push(path, parameters, this.day() !== null);
  }

  /** To the last window that ended at or before a moment. */
  goTo(s: number): void {
    this.moment.goTo(s);
  }

  /** To a window; playing stops, and following where it is an earlier one. */
  goToWindow(index: number): void {
    if (this.live.follows() && index >= this.last()) return;
    this.pause();
    this.adopting = null;
    this.moment.moveTo(index);
  }

  /** To the session's end; a live day's edge is followed from there on. */
  toEnd(): void {
    if (this.live.isOn()) this.play();
    else this.goToWindow(this.last());
  }

  step(windows: number): void {
    this.goToWindow(this.target() + windows);
  }

  /** To the start of the level's next or previous episode. */
  async stepEpisode(direction: 1 | -1): Promise<void> {
    const data = this.day();
    if (!data || this.cover.isOn()) return;
    this.pause();
    const jump = ++this.jumps;
    const { symbol, session_date, version } = data.day;
    const params = { level: this.level(), from_s: this.cursorS(), back: direction === -1 ? 1 : 0, version };
    try {
      const { ts_s } = await this.client.get<NextEpisode>(`days/${symbol}/${session_date}/next-episode`, params);
      if (jump !== this.jumps || data !== this.day()) return;
      if (ts_s === null)
        return this.notices.mention(`${this.levelName()} has no ${direction === 1 ? 'later' : 'earlier'} episode on this day`);
      this.adopting = ts_s;
      this.goTo(ts_s);
      this.adopt();
    } catch (error) {
      this.failed(error, () => void this.stepEpisode(direction));
    }
  }

  play(): void {
    if (!this.day() || this.playing()) return;
    if (this.cover.isOn()) return this.notices.mention('Call the test first: b, r or x');
    if (this.live.isOn()) return this.live.follow();
    if (this.atEnd()) return this.notices.mention('The session has ended; Home goes to its start');
    this.notices.close();
    this.moment.moveTo(this.cursor());
    this.playback.play();
  }

  pause(): void {
    if (!this.playing() && !this.live.follows()) return;
    this.playback.pause();
    this.live.leave();
    this.notices.announce(`Paused at ${newYork(this.cursorS())}`);
  }

  toggle(): void {
    if (this.playing() || this.live.follows()) this.pause();
    else this.play();
  }

  setSpeed(speed: number): void {
    if (this.live.isOn()) return this.notices.mention('A live day goes at its own speed');
    this.playback.setSpeed(speed);
    this.notices.announce(`Speed ${this.speed()} times`);
  }

  changeSpeed(direction: 1 | -1): void {
    this.setSpeed(nextSpeed(this.speed(), direction));
  }

  setLevel(levelId: string): void {
    if (levelId === this.level()) return;
    this.levelNow.set(levelId);
    const data = this.day();
    if (data && !this.boardLevels().includes(levelId)) {
      this.levelsNow.set(boardLevels(data.day.levels, levelId));
      void this.loaded.feed()?.showLevels(this.boardLevels());
      this.reconnect();
    }
    this.notices.announce(`${this.levelName()}, ${named(this.approachDir())}`);
  }

  setApproachDir(approachDir: Approach): void {
    if (approachDir === this.approachDir()) return;
    this.approachDirNow.set(approachDir);
    this.notices.announce(`${this.levelName()}, ${named(approachDir)}`);
  }

  flipApproachDir(): void {
    this.setApproachDir(this.approachDir() === 'from_below' ? 'from_above' : 'from_below');
  }

  toggleEvents(): void {
    this.eventsNow.update((isOpen) => !isOpen);
  }

  closeEvents(): void {
    this.eventsNow.set(false);
  }

  /** The reader has seen the fire that is shown. */
  seeFire(): void {
    this.seenNow.set(this.setup().answer?.edge.fired_s ?? NaN);
  }

  private requestNow(): SetupRequest | null {
    const data = this.day();
    if (!data || this.cursorS() < data.day.session_start_s) return null;
    return { data, level: this.level(), approachDir: this.approachDir(), asOfS: this.cursorS(), horizonS: data.horizonS() };
  }

  private levelName(): string {
    return this.day()?.levelName(this.level()) ?? this.level();
  }

  private async load(symbol: string | null, date: string | null, atS: number | null, notice: Notice | null = null): Promise<void> {
    const follows = atS === null || this.live.follows();
    this.pause();
    this.live.close();
    this.notices.show(notice);
    const wish = {
      symbol,
      date,
      atS,
      level: () => this.level(),
      retry: () => void this.load(symbol, date, atS),
      changed: (day: Day) => this.reload(day, this.day() ? this.cursorS() : atS),
    };
    await this.loaded.load(wish, (opening) => this.enter(opening, atS === null, follows));
  }

  /** Shows a day that was loaded; where its moment was not named, the approach of its first episode is taken over. */
  private enter({ data, level, levels, index, beginS, missing }: Opening, isFree: boolean, follows: boolean): void {
    const { symbol, session_date } = data.day;
    this.levelNow.set(level);
    this.levelsNow.set(levels);
    this.moment.place(index);
    this.live.begin(data, follows);
    this.adopting = isFree && !this.approachDirNamed && !this.live.isOn() ? beginS : null;
    this.notices.announce(`${this.cover.named(`${symbol} ${session_date}`)}, ${newYork(data.endS(index))}`);
    if (missing !== null) this.notices.mention(`${symbol} ${session_date} has no level ${missing}; ${this.levelName()} is shown`);
  }

  /** Loads a day again that the server holds at another version by now. */
  private reload({ symbol, session_date }: Day, atS: number | null): void {
    const text = `${this.cover.named(`${symbol} ${session_date}`)} was built anew; it has been loaded again.`;
    void this.load(symbol, session_date, atS, { text, fix: null, retry: null });
  }

  private reloadHere(): void {
    const data = this.day();
    if (data) this.reload(data.day, this.cursorS());
  }

  private reconnect(): void {
    this.playback.reconnect();
    this.live.reconnect();
  }

  private failed(error: unknown, retry: () => void): void {
    if (isChanged(error)) this.reloadHere();
    else this.notices.fail(error, retry);
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
}
