import { ChangeDetectionStrategy, Component, afterNextRender, computed, effect, inject, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Params, Router } from '@angular/router';
import { Client } from '../../api/client';
import { Fetched } from '../../api/fetched';
import { LakeDays } from '../../api/lake-days';
import { Day, DrawnNeighbour, SetupList } from '../../api/schema';
import { Replay } from '../../board/replay';
import { newYork, newYorkDate } from '../../ui/new-york';
import { PanelFrame } from '../../ui/panel-frame';
import { PanelState } from '../../ui/panel-state';
import { PickedSetup, pickParams } from '../picked-setup';
import { SetupDetail } from './setup-detail';
import { SetupsFilters } from './setups-filters';
import { SetupsList } from './setups-list';
import { requestOf, besideParams, pickOf } from './setups-request';

/** All setups of a level that are known, and one of them large with its similar past. The whole request is in the URL. */
@Component({
  selector: 'sp-setups-screen',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, SetupsFilters, SetupsList, SetupDetail],
  templateUrl: './setups-screen.html',
  styleUrl: './setups-screen.css',
})
export class SetupsScreen {
  private readonly client = inject(Client);
  private readonly router = inject(Router);
  private readonly replay = inject(Replay);
  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  private readonly lake = new Fetched<string[]>();
  private readonly listing = new Fetched<SetupList>();
  private readonly newest = new Fetched<Day>();
  /** The board's moment when the reader came from there; null when not. */
  private readonly boardS = Number.isNaN(this.replay.cursorS()) ? null : this.replay.cursorS();
  protected readonly roots = computed(() => this.lake.value() ?? []);
  protected readonly request = computed(() => {
    const request = requestOf(this.params());
    return { ...request, root: request.root || (this.roots().at(0) ?? ''), level: request.level || this.replay.level() || LEVEL_FIRST };
  });
  protected readonly list = this.listing.value;
  protected readonly moments = computed(() => {
    const all = [this.boardS, this.request().asOfS].filter((s): s is number => s !== null);
    return [...new Set(all)].map((s) => ({ s, text: `${s === this.boardS ? 'the board’s moment, ' : ''}${newYorkDate(s)} ${newYork(s)}` }));
  });
  protected readonly pick = computed((): PickedSetup | null => {
    const first = this.list()?.setups.at(0);
    return this.request().pick ?? (first ? pickOf(first) : null);
  });
  protected readonly state = computed((): PanelState => {
    if (this.lake.state().kind !== 'ready') return this.lake.state();
    const state = this.listing.state();
    if (state.kind !== 'ready' || this.list()?.setups.length !== 0) return state;
    return { kind: 'empty', message: 'No setup is as asked for. Widen the dates, the time of day or the direction.', fix: null };
  });
  protected readonly unit = computed(() => {
    const list = this.list();
    if (!list) return '';
    return list.total > list.setups.length ? `newest ${list.setups.length} of ${list.total}` : `${list.total}`;
  });
  /** Points of a tick: all contracts of a root share it. */
  protected readonly tick = computed(() => this.newest.value()?.tick ?? NaN);
  protected readonly synthetic = computed(() => this.list()?.setups.some((row) => row.synthetic) ?? false);
  private readonly question = computed(
    () => {
      const { root, level, approachDir, setup, asOfS, first, last, from, to, kind } = this.request();
      const given = (text: string): string | null => text || null;
      return {
        root,
        level,
        approach_dir: given(approachDir),
        setup,
        as_of_s: asOfS,
        first: given(first),
        last: given(last),
        time_from: given(from),
        time_to: given(to),
        kind: given(kind),
      };
    },
    { equal: (one, other) => JSON.stringify(one) === JSON.stringify(other) },
  );

  constructor() {
    const days = inject(LakeDays);
    if (this.boardS !== null && !this.params().has('as_of_s')) afterNextRender(() => this.comeFromBoard());
    this.lake.fetch(async () => (await days.load()).roots);
    effect(() => {
      const question = this.question();
      if (question.root !== '') untracked(() => this.listing.fetch((stop) => this.client.get<SetupList>('setups', question, stop)));
    });
    effect(() => {
      const first = this.list()?.setups.at(0);
      if (!first || this.newest.value()) return;
      untracked(() => this.newest.fetch((stop) => this.client.get<Day>(`days/${first.symbol}/${first.session_date}`, {}, stop)));
    });
  }

  protected ask(params: Params): void {
    void this.router.navigate([], { queryParams: params, queryParamsHandling: 'merge' });
  }

  /** Writes the board's moment and level into the URL, so that a copy of it shows the same. */
  private comeFromBoard(): void {
    const root = this.replay.day()?.day.root;
    const queryParams = { root, level: this.replay.level(), approach_dir: this.replay.approachDir(), as_of_s: this.boardS };
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected show(pick: PickedSetup): void {
    this.ask(pickParams(pick));
  }

  protected compare(neighbour: DrawnNeighbour): void {
    this.ask(besideParams(neighbour.symbol, neighbour.ts_s));
  }
}

/** Shown where neither the URL nor the board says another. */
const LEVEL_FIRST = 'pm_high';
