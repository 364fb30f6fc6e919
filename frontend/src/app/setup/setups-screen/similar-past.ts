import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { DrawnNeighbour, SetupAnswer } from '../../api/schema';
import { points } from '../../ui/format';
import { newYork, newYorkMinute } from '../../ui/new-york';
import { named } from '../../ui/words';
import { MiniPath } from '../mini-path';
import { DRAWN, sharedScale } from '../mini-path.geometry';
import { lookTurned } from '../outcome';

/** The neighbours' paths on one scale, nearest first. One opens its day on the board, or stands beside the setup. */
@Component({
  selector: 'sp-similar-past',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [MiniPath],
  template: `
    <ol>
      @for (one of multiples(); track one.key) {
        <li [class]="one.look.direction" [class.beside]="$index === beside()">
          <button type="button" class="open" [title]="one.name" (click)="opened.emit(one.neighbour)">
            @if (one.path.length > 0) {
              <sp-mini-path [path]="one.path" [scale]="scale()" [windowS]="windowS()" [direction]="one.look.direction" />
            } @else {
              <span class="no-path">no path: its windows are not built</span>
            }
            <span class="label">
              <b>{{ one.look.glyph }} {{ one.look.kind }}</b>
              <span>{{ one.when }}</span>
              <span class="muted">d {{ one.neighbour.distance.toFixed(2) }}</span>
              <span class="hidden">{{ one.name }}: open on the board</span>
            </span>
          </button>
          <button
            type="button"
            class="quiet"
            [attr.aria-pressed]="$index === beside()"
            [attr.aria-label]="'Side by side with ' + one.when"
            (click)="compared.emit(one.neighbour)"
          >
            side by side
          </button>
        </li>
      }
    </ol>
    <p class="muted">
      All on one scale: ±{{ reach() }} points from the level, −2 to +14 min around the trigger. Outcome after
      {{ answer().horizon_s / 60 }} min.
      {{ rest() }}
    </p>
  `,
  styles: `
    ol {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(142px, 1fr));
      gap: 6px;
      margin: 0;
      padding: 2px;
      list-style: none;
    }
    li {
      --kind: var(--muted);
      display: flex;
      flex-direction: column;
      border: 1px solid var(--grid);
      border-radius: 4px;
      min-width: 0;
    }
    li.up {
      --kind: var(--up);
    }
    li.down {
      --kind: var(--down);
    }
    li.beside {
      border-color: var(--or);
      box-shadow: 0 0 0 1px var(--or);
    }
    .open {
      position: relative;
      display: flex;
      flex-direction: column;
      padding: 0;
      border: 0;
      overflow: hidden;
    }
    sp-mini-path,
    .no-path {
      height: 52px;
    }
    .no-path {
      padding: 6px;
      color: var(--muted);
      font-size: 12px;
    }
    .label {
      display: flex;
      flex-wrap: wrap;
      justify-content: space-between;
      gap: 0 6px;
      padding: 1px 5px 2px;
      font-size: 12px;
      line-height: 1.35;
      border-top: 1px solid var(--grid);
    }
    .label b {
      color: var(--kind);
    }
    p {
      margin: 6px 2px 0;
      font-size: 12px;
    }
  `,
})
export class SimilarPast {
  readonly answer = input.required<SetupAnswer>();
  readonly beside = input.required<number>();
  readonly tick = input.required<number>();
  readonly windowS = input.required<number>();
  readonly opened = output<DrawnNeighbour>();
  readonly compared = output<DrawnNeighbour>();
  protected readonly multiples = computed(() =>
    this.answer()
      .neighbours.slice(0, DRAWN)
      .map((neighbour) => {
        const look = lookTurned(neighbour.outcome, this.answer().setup.approach_dir);
        const when = `${neighbour.session_date} ${newYorkMinute(neighbour.ts_s)}`;
        return {
          neighbour,
          key: `${neighbour.symbol}~${neighbour.ts_s}`,
          look,
          path: neighbour.path ?? [],
          when,
          name: this.nameOf(neighbour),
        };
      }),
  );
  protected readonly scale = computed(() =>
    sharedScale(
      this.multiples().map((one) => one.path),
      this.answer().setup.barrier_ticks,
    ),
  );
  protected readonly reach = computed(() => this.scale().reachTicks * this.tick());
  protected readonly rest = computed(() => {
    const left = this.answer().neighbours.length - DRAWN;
    return left > 0 ? `${left} more count in the figures and are not drawn.` : '';
  });

  private nameOf(neighbour: DrawnNeighbour): string {
    const went = neighbour.mfe_ticks === null ? '' : `, MFE ${points(neighbour.mfe_ticks, this.tick())} points`;
    return `${newYork(neighbour.ts_s)} New York, ${named(neighbour.episode_kind)}, ${named(neighbour.outcome)}${went}`;
  }
}
