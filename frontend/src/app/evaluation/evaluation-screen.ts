import { ChangeDetectionStrategy, Component, ElementRef, computed, effect, inject, untracked } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute, Router } from '@angular/router';
import { Fetched } from '../api/fetched';
import { Client, ProblemError } from '../api/client';
import { LakeDays } from '../api/lake-days';
import { DayList, Report } from '../api/schema';
import { PanelFrame } from '../ui/panel-frame';
import { ReportSection } from './report-section';

/** Is a similar past worth anything? The newest evaluation of a market: its verdict first, then all that it rests on. */
@Component({
  selector: 'sp-evaluation-screen',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, ReportSection],
  templateUrl: './evaluation-screen.html',
  styleUrl: './evaluation-screen.css',
})
export class EvaluationScreen {
  private readonly client = inject(Client);
  private readonly router = inject(Router);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly params = toSignal(inject(ActivatedRoute).queryParamMap, { requireSync: true });
  private readonly days = new Fetched<DayList>();
  private readonly newest = new Fetched<Report>();
  protected readonly roots = computed(() => this.days.value()?.roots ?? []);
  protected readonly root = computed(() => this.params().get('root') ?? this.roots().at(0) ?? null);
  protected readonly state = computed(() => (this.root() === null ? this.days.state() : this.newest.state()));
  protected readonly report = computed(() => this.newest.value() ?? null);

  constructor() {
    const lake = inject(LakeDays);
    this.days.fetch(async () => {
      const days = await lake.load();
      if (days.roots.length === 0) {
        throw new ProblemError(404, { code: 'no_evaluation', message: `The lake ${days.lake} holds no market yet.`, fix: days.fix });
      }
      return days;
    });
    effect(() => {
      const root = this.root();
      if (root !== null) untracked(() => this.newest.fetch((stop) => this.client.get<Report>('evaluation', { root }, stop)));
    });
  }

  protected choose(root: string): void {
    void this.router.navigate([], { queryParams: { root }, queryParamsHandling: 'merge' });
  }

  /** Scrolls to a part and moves the focus there, so that the keyboard goes on from it. */
  protected show(event: Event, id: string): void {
    event.preventDefault();
    const part = this.host.nativeElement.querySelector<HTMLElement>(`#part-${id}`);
    part?.scrollIntoView({ block: 'start' });
    part?.focus({ preventScroll: true });
  }
}
