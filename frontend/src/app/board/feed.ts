import { WritableSignal, signal } from '@angular/core';
import type { Columns } from '../api/arrow';
import { Client, Params, isChanged, type TableName } from '../api/client';
import type { DayData, HorizonS } from '../api/day-data';
import { appendWindow, fillTable } from '../api/day-fill';
import { stateOf } from '../api/fetched';
import type { ReplayWindow, WindowList } from '../api/schema';
import { LOADING, PanelState, READY } from '../ui/panel-state';

const FIRST: readonly TableName[] = ['windows', 'levels', 'candles'];
const PICTURE: readonly TableName[] = ['heat', 'trades', 'walls', 'events'];
/** Those that know a horizon. */
const FIGURES: readonly TableName[] = ['ladder', 'conditions'];
/** Tables that are requested together: those that are filled up to the same window come in one answer. */
const TOGETHER = [FIRST, PICTURE, FIGURES];
const LATER: readonly TableName[] = [...PICTURE, ...FIGURES];
const ALONG: readonly TableName[] = ['windows', 'levels', ...LATER];

/** Windows that the server sends in one piece. */
const STEP_WINDOWS = 60;

/** Fills one day's columns from the server, each table up to the same window and never beyond what was requested. */
export class DayFeed {
  private readonly states: Record<TableName, WritableSignal<PanelState>> = {
    candles: signal(LOADING),
    windows: signal(LOADING),
    heat: signal(LOADING),
    trades: signal(LOADING),
    walls: signal(LOADING),
    levels: signal(LOADING),
    ladder: signal(LOADING),
    conditions: signal(LOADING),
    events: signal(LOADING),
  };
  /** Windows up to which each table is filled. */
  private readonly filled: Record<TableName, number> = {
    candles: 0,
    windows: 0,
    heat: 0,
    trades: 0,
    walls: 0,
    levels: 0,
    ladder: 0,
    conditions: 0,
    events: 0,
  };
  private readonly giveUp = new AbortController();
  private turn: Promise<void> = Promise.resolve();
  /** Windows from here on came with all tables at once. */
  private wholeFrom = 0;
  private levels: string[];
  private wantedS: HorizonS;

  /** `changed` hears that the server holds another version of the day than the one loaded. */
  constructor(
    private readonly client: Client,
    readonly data: DayData,
    levels: string[],
    private readonly changed: () => void,
  ) {
    this.levels = [...levels];
    this.wantedS = data.horizonS();
    for (const { table, message, fix } of data.day.absent) {
      if (table in this.states) this.states[table as TableName].set({ kind: 'empty', message, fix });
    }
  }

  state(table: TableName): PanelState {
    return this.states[table]();
  }

  /** Fetches the beginning of the day up to a window: prices first; the rest follows. Throws where the prices do not come. */
  async open(last: number): Promise<void> {
    await this.inTurn(() => this.fetch(FIRST, last));
    void this.inTurn(async () => void (await Promise.all([PICTURE, FIGURES].map((tables) => this.fetch(tables, this.data.known - 1)))));
  }

  /** Fetches what follows, up to and with a window. Throws where the windows do not come; then every table stays as it was. */
  async extend(last: number): Promise<void> {
    await this.inTurn(() => (this.isStep(last) ? this.step(last) : this.fetch(ALONG, last)));
  }

  /** Fetches these levels' conditions from now on; those of levels that are new from the beginning on. */
  async showLevels(levels: string[]): Promise<void> {
    const added = levels.filter((level) => !this.levels.includes(level));
    this.levels = [...levels];
    await this.inTurn(async () => {
      if (this.filled.conditions === 0 || added.length === 0) return;
      const again = (): void => {
        this.levels = levels.filter((level) => !added.includes(level));
        void this.showLevels(levels);
      };
      const last = this.filled.conditions - 1;
      try {
        const [columns] = await this.ask(['conditions'], undefined, last, added);
        this.fill('conditions', columns, last);
      } catch (error) {
        if (isChanged(error)) this.changed();
        else if (!this.giveUp.signal.aborted) this.states.conditions.set(stateOf(error, again));
      }
    });
  }

  /**
   * Fetches ladder and conditions over another horizon, and puts them in place of those that are there, all at once, when `along` has come
   * too. What is shown stays meanwhile, and the windows that follow still come. False where another horizon was wanted since; throws where
   * the tables do not come.
   */
  async turnTo(horizonS: HorizonS, along: () => Promise<void>): Promise<boolean> {
    this.wantedS = horizonS;
    if (horizonS === this.data.horizonS()) return false;
    const names = FIGURES.filter((table) => this.states[table]().kind !== 'empty');
    let levels = this.levels;
    let pieces: Columns[][] = [];
    let until = 0;
    const isWanted = (): boolean => this.wantedS === horizonS && !this.giveUp.signal.aborted;
    const take = async (): Promise<void> => {
      if (levels !== this.levels) [levels, pieces, until] = [this.levels, [], 0];
      const last = this.data.known - 1;
      const fromS = until > 0 ? this.data.endS(until - 1) : undefined;
      pieces.push(await this.ask(names, fromS, last, levels, horizonS));
      until = last + 1;
    };
    await Promise.all([take(), along()]);
    let isDone = false;
    await this.inTurn(async () => {
      while (isWanted() && (until < this.data.known || levels !== this.levels)) await take();
      if (!isWanted()) return;
      for (const piece of pieces) for (const [at, table] of names.entries()) fillTable(this.data, table, piece[at]);
      this.data.turnTo(horizonS);
      isDone = true;
    });
    return isDone;
  }

  /** Takes one window of the replay. */
  append(message: ReplayWindow): void {
    const before = this.data.known;
    appendWindow(this.data, message);
    if (this.data.known === before) return;
    for (const table of ALONG) if (this.filled[table] === before) this.filled[table] = this.data.known;
  }

  /** Whether all tables that there are end at the same window, and so few follow that they come in one piece. */
  private isStep(last: number): boolean {
    const { known } = this.data;
    const isEven = ALONG.every((table) => this.states[table]().kind === 'empty' || this.filled[table] === known);
    return isEven && known > 0 && last >= known && last - known < STEP_WINDOWS;
  }

  /** Fetches the windows that follow as the replay sends them, in one request. */
  private async step(last: number): Promise<void> {
    const { day, known } = this.data;
    const params: Params = {
      from_s: this.data.endS(known - 1),
      as_of_s: this.data.endS(last),
      levels: this.levels.join(','),
      horizon_s: this.data.horizonS(),
      version: day.version,
    };
    try {
      const path = `days/${day.symbol}/${day.session_date}/windows`;
      const { windows } = await this.client.get<WindowList>(path, params, this.giveUp.signal);
      if (!this.giveUp.signal.aborted) for (const message of windows) this.append(message);
    } catch (error) {
      if (this.giveUp.signal.aborted) return;
      if (!isChanged(error)) throw error;
      this.changed();
    }
  }

  close(): void {
    this.giveUp.abort();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(() => (this.giveUp.signal.aborted ? undefined : work()));
    this.turn = done.catch(() => undefined);
    return done;
  }

  /** Fills the tables together, once all their answers are there: what hangs on them is drawn once. */
  private async fetch(tables: readonly TableName[], last: number): Promise<void> {
    const wanted = tables.filter((table) => this.states[table]().kind !== 'empty' && this.filled[table] <= last);
    const requests = TOGETHER.flatMap((together) => this.alike(wanted.filter((table) => together.includes(table))));
    const answers = await Promise.allSettled(
      requests.map((names) => {
        const filled = this.filled[names[0]];
        return this.ask(names, filled > 0 ? this.data.endS(filled - 1) : undefined, last, this.levels);
      }),
    );
    if (this.giveUp.signal.aborted) return;
    if (answers.some((answer) => answer.status === 'rejected' && isChanged(answer.reason))) return this.changed();
    for (const [at, answer] of answers.entries()) {
      const names = requests[at];
      try {
        if (answer.status === 'rejected') throw answer.reason;
        names.forEach((table, place) => this.fill(table, answer.value[place], last));
      } catch (error) {
        if (names.includes('windows')) throw error;
        for (const table of names) this.states[table].set(stateOf(error, () => this.again(names, last)));
      }
    }
  }

  /** The tables by the window up to which they are filled. */
  private alike(tables: TableName[]): TableName[][] {
    const ends = [...new Set(tables.map((table) => this.filled[table]))];
    return ends.map((end) => tables.filter((table) => this.filled[table] === end));
  }

  private ask(
    tables: readonly TableName[],
    fromS: number | undefined,
    last: number,
    levels: string[],
    horizonS = this.data.horizonS(),
  ): Promise<Columns[]> {
    const { day } = this.data;
    const params: Params = {
      as_of_s: this.data.endS(last),
      from_s: fromS,
      levels: tables.includes('conditions') ? levels.join(',') : undefined,
      horizon_s: FIGURES.some((name) => tables.includes(name)) ? horizonS : undefined,
      version: day.version,
    };
    return this.client.tables(day, tables, params, this.giveUp.signal);
  }

  private fill(table: TableName, columns: Columns, last: number): void {
    if (this.giveUp.signal.aborted) return;
    fillTable(this.data, table, columns);
    if (table === 'windows') this.wholeFrom = this.data.known;
    const isJoined = table === 'windows' || last + 1 >= this.wholeFrom;
    this.filled[table] = Math.max(this.filled[table], isJoined ? this.data.known : last + 1);
    this.states[table].set(READY);
  }

  private again(tables: TableName[], last: number): void {
    for (const table of tables) this.states[table].set(LOADING);
    void this.inTurn(() => this.fetch(tables, Math.max(last, this.data.known - 1)));
  }
}
