import { ChangeDetectionStrategy, Component, computed, effect, inject, input, untracked } from '@angular/core';
import { Client } from '../../api/client';
import { Fetched } from '../../api/fetched';
import { ConditionNow, DrawnNeighbour, SetupAnswer } from '../../api/schema';
import { points } from '../../ui/format';
import { newYork } from '../../ui/new-york';
import { named } from '../../ui/words';
import { MidPath, TO_S } from '../mini-path.geometry';
import { lookOf } from '../outcome';
import { Meanings } from '../../api/meanings';
import { conditionRows, lastConditions } from './conditions-rows';
import { PathPlot } from './path-plot';
import { PathPlotData } from './path-plot.geometry';
import { ReasonsTable } from './reasons-table';

/** This setup and one neighbour: paths on one axis, conditions, and what makes them similar. */
@Component({
  selector: 'sp-side-by-side',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PathPlot, ReasonsTable],
  template: `
    <div class="halves">
      <div>
        <sp-path-plot [data]="plot()" />
        <table class="figures">
          <caption class="hidden">
            Both at their triggers
          </caption>
          <thead>
            <tr>
              <th scope="col"><span class="hidden">What</span></th>
              <th scope="col">this setup</th>
              <th scope="col">neighbour {{ place() }}</th>
            </tr>
          </thead>
          <tbody>
            @for (row of facts(); track row.name) {
              <tr>
                <th scope="row">{{ row.name }}</th>
                <td>{{ row.own }}</td>
                <td>{{ row.neighbour }}</td>
              </tr>
            }
            @for (row of conditions(); track row.words) {
              <tr>
                <th scope="row">{{ row.words }}, times usual</th>
                <td [class]="row.own.side">{{ row.own.text }}</td>
                <td [class]="row.neighbour?.side ?? 'none'">{{ row.neighbour?.text ?? waiting() }}</td>
              </tr>
            }
          </tbody>
        </table>
      </div>
      <div>
        <sp-reasons [reasons]="why().together" [together]="true" [catalogue]="meanings.features()" />
        <sp-reasons [reasons]="why().apart" [together]="false" [catalogue]="meanings.features()" />
        <p class="muted">
          Their squared distance by block:
          @for (block of blocks(); track block.name) {
            {{ block.name }} {{ block.share }}{{ $last ? '.' : ', ' }}
          }
          It explains a distance, not an outcome.
        </p>
      </div>
    </div>
  `,
  styles: `
    .halves {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr));
      gap: 6px 20px;
      align-items: start;
    }
    .halves > div {
      min-width: 0;
    }
    tbody th {
      font-weight: 400;
      color: var(--muted);
    }
    table.figures tbody th {
      white-space: normal;
    }
    .up {
      color: var(--up);
    }
    .down {
      color: var(--down);
    }
    .none {
      color: var(--muted);
    }
    p {
      margin: 6px 0 0;
      font-size: 12px;
    }
  `,
})
export class SideBySide {
  private readonly client = inject(Client);
  protected readonly meanings = inject(Meanings);
  readonly answer = input.required<SetupAnswer>();
  readonly neighbour = input.required<DrawnNeighbour>();
  readonly ownPath = input.required<MidPath>();
  readonly tick = input.required<number>();
  readonly windowS = input.required<number>();
  private readonly measured = new Fetched<ConditionNow[] | null>();

  protected readonly place = computed(() => this.answer().neighbours.indexOf(this.neighbour()) + 1);
  protected readonly plot = computed((): PathPlotData => ({
    lines: [
      { path: this.ownPath(), look: 'own', label: 'this setup, up to its trigger' },
      { path: this.neighbour().path ?? [], look: 'neighbour', label: `neighbour ${this.place()}, ${this.neighbour().session_date}` },
    ],
    barrierTicks: this.answer().setup.barrier_ticks,
    tick: this.tick(),
    windowS: this.windowS(),
    knownToS: TO_S,
  }));
  protected readonly facts = computed(() => {
    const { setup } = this.answer();
    const neighbour = this.neighbour();
    const look = lookOf(neighbour.outcome);
    const inPoints = (ticks: number | null): string => (ticks === null ? '–' : points(ticks, this.tick()));
    return [
      {
        name: 'trigger, NY',
        own: `${setup.session_date} ${newYork(setup.ts_s)}`,
        neighbour: `${neighbour.session_date} ${newYork(neighbour.ts_s)}`,
      },
      { name: 'level', own: points(setup.level_ticks, this.tick()), neighbour: points(neighbour.level_ticks, this.tick()) },
      { name: 'kind', own: named(setup.episode_kind), neighbour: named(neighbour.episode_kind) },
      { name: 'outcome', own: 'not known then', neighbour: `${look.glyph} ${look.kind}` },
      { name: 'MFE, MAE, points', own: 'not known then', neighbour: `${inPoints(neighbour.mfe_ticks)}, ${inPoints(neighbour.mae_ticks)}` },
      { name: 'weight', own: '', neighbour: `${(100 * neighbour.weight).toFixed(1)} % at distance ${neighbour.distance.toFixed(2)}` },
    ];
  });
  protected readonly conditions = computed(() => conditionRows(this.answer().setup.physics?.conditions ?? null, this.measured.value()));
  protected readonly waiting = computed(() => (this.measured.state().kind === 'loading' ? '…' : 'not known'));
  /** Nothing where the user's own vectors were compared. */
  protected readonly why = computed(() => this.neighbour().why ?? { together: [], apart: [], blocks: {} });
  protected readonly blocks = computed(() =>
    Object.entries(this.why().blocks).map(([name, share]) => ({ name, share: `${Math.round(100 * share)} %` })),
  );

  constructor() {
    effect(() => {
      const { symbol, session_date, ts_s, level_id } = this.neighbour();
      const windowS = this.windowS();
      untracked(() =>
        this.measured.fetch(async (stop) => {
          const span = { as_of_s: ts_s, from_s: ts_s - windowS, levels: level_id };
          const [conditions] = await this.client.tables({ symbol, session_date }, ['conditions'], span, stop);
          return lastConditions(conditions);
        }),
      );
    });
  }
}
