import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { points, signed } from '../ui/format';
import { Ticks } from '../ui/units';
import { Flow, Leader, Resting, StrikeBook, StrikeRow } from './strikes';

const LEADS: Record<Leader, string> = { longs: '▲', shorts: '▼', even: 'even', none: '' };
const WORDS: Record<Leader, string> = { longs: ' longs lead', shorts: ' shorts lead', even: '', none: '' };

/** What rests at every dollar in sight, what came, went and traded there over the horizon, and who leads by what rests against usual. */
@Component({
  selector: 'sp-strike-table',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './strike-table.html',
  styleUrl: './strike-table.css',
})
export class StrikeTable {
  readonly rows = input.required<readonly StrikeRow[]>();
  readonly tick = input.required<number>();
  readonly levelName = input.required<string>();
  readonly horizonS = input.required<number>();
  readonly hovered = input.required<Ticks | null>();
  readonly pinned = input.required<Ticks | null>();
  /** Walls that stand out of sight, in words. */
  readonly beyond = input<readonly string[]>([]);
  /** The strike under the pointer; null when it leaves. */
  readonly over = output<Ticks | null>();
  readonly pin = output<Ticks>();

  protected readonly span = computed(() => `${this.horizonS() / 60} min`);
  protected readonly words = WORDS;
  protected readonly signed = signed;

  protected strike(row: StrikeRow): string {
    return points(row.strikeTicks, this.tick()).replace(/\.00$/, '');
  }

  /** `▲ 1.6x`: who leads, and how many times usual rests on that side; without the latter where it has nothing there. */
  protected leads({ leader, bids, asks }: StrikeBook): string {
    const own = leader === 'longs' ? bids : leader === 'shorts' ? asks : null;
    return own === null || own.contracts === 0 || own.timesUsual === null
      ? LEADS[leader]
      : `${LEADS[leader]} ${own.timesUsual.toFixed(1)}x`;
  }

  /** A row is tinted by the wall that stands in it. */
  protected tint({ book }: StrikeRow): string {
    if (book?.asks.wall?.stands) return 'ask wall';
    return book?.bids.wall?.stands ? 'bid wall' : '';
  }

  protected flowSays(flow: Flow): string {
    return flow.contracts < 0 ? ' pulled more than came' : '';
  }

  protected wallClass({ wall }: Resting): string {
    return wall === null ? '' : wall.stands ? (wall.massive ? 'massive' : 'stands') : 'gone';
  }
}
