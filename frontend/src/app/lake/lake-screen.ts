import { ChangeDetectionStrategy, Component, computed, effect, inject, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Params, Router } from '@angular/router';
import { Client, ProblemError } from '../api/client';
import { Fetched } from '../api/fetched';
import { LakeDays } from '../api/lake-days';
import { LakeHealth } from '../api/schema';
import { worked } from '../ui/duration';
import { PanelFrame } from '../ui/panel-frame';
import { Command } from './command';
import { CellChosen, LakeGrid, Layer } from './lake-grid';
import { BuildState, DayFilter, countStates, daysShown, symbolsOf, totalOf } from './lake-health';
import { PartitionPanel } from './partition-panel';
import { count, size } from './sizes';
import { StateMark } from './state-mark';

/** What the lake holds: contract-days by layers, what is wrong, and the commands that fix it. */
@Component({
  selector: 'sp-lake-screen',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, LakeGrid, PartitionPanel, Command, StateMark],
  templateUrl: './lake-screen.html',
  styleUrl: './lake-screen.css',
})
export class LakeScreen {
  private readonly client = inject(Client);
  private readonly lakeDays = inject(LakeDays);
  private readonly router = inject(Router);
  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  private readonly fetched = new Fetched<LakeHealth>();
  protected readonly root = computed(() => this.params().get('root'));
  protected readonly health = this.fetched.value;
  protected readonly shown = computed((): DayFilter => ({
    symbol: this.params().get('symbol') ?? '',
    state: (this.params().get('state') ?? '') as DayFilter['state'],
  }));
  protected readonly symbols = computed(() => symbolsOf(this.health()?.days ?? []));
  protected readonly days = computed(() => daysShown(this.health()?.days ?? [], this.shown()));
  protected readonly counts = computed(() => countStates(this.days()));
  protected readonly chosen = computed((): CellChosen | null => {
    const [symbol, date, layer] = (this.params().get('cell') ?? '').split('_');
    const day = this.health()?.days.find((one) => one.symbol === symbol && one.session_date === date);
    return day && day.cells[layer as Layer] ? { day, layer: layer as Layer } : null;
  });
  protected readonly gridState = computed(() => {
    const state = this.fetched.state();
    if (state.kind !== 'ready' || this.days().length > 0) return state;
    const nothing = (this.health()?.days.length ?? 0) === 0;
    return nothing
      ? { kind: 'empty' as const, message: 'The lake holds no contract-day yet.', fix: this.health()?.problems.at(0)?.fix ?? null }
      : { kind: 'empty' as const, message: 'No contract-day is as asked for.', fix: null };
  });
  protected readonly synthetic = computed(() => this.days().some((day) => day.synthetic));
  protected readonly states: { value: DayFilter['state']; text: string }[] = [
    { value: '', text: 'all' },
    { value: 'chosen', text: 'chosen contracts' },
    { value: 'done', text: 'with a layer done' },
    { value: 'missing', text: 'with one missing' },
    { value: 'failed', text: 'with one failed' },
    { value: 'stale', text: 'with one stale' },
  ];
  protected readonly kinds: BuildState[] = ['done', 'missing', 'failed', 'stale'];
  protected readonly count = count;
  protected readonly size = size;
  protected readonly worked = worked;

  constructor() {
    effect(() => {
      this.root();
      untracked(() => this.load());
    });
  }

  protected reload(): void {
    this.load();
  }

  protected total(figure: Parameters<typeof totalOf>[1]): number {
    return totalOf(this.days(), figure);
  }

  protected choose({ day, layer }: CellChosen): void {
    this.go({ cell: `${day.symbol}_${day.session_date}_${layer}` });
  }

  protected go(queryParams: Params): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }

  private load(): void {
    this.fetched.fetch(async (stop) => {
      const { lake, roots, fix } = await this.lakeDays.load();
      const root = this.root() ?? roots.at(0);
      if (root === undefined) throw new ProblemError(404, { code: 'not_built', message: `The lake ${lake} holds no market yet.`, fix });
      return this.client.get<LakeHealth>('lake', { root }, stop);
    });
  }
}
