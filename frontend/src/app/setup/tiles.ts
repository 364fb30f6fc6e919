import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import type { Approach } from '../api/approach';
import { DrawnNeighbour, SetupAnswer } from '../api/schema';
import { newYork } from '../ui/new-york';
import { PanelFrame } from '../ui/panel-frame';
import { PanelState } from '../ui/panel-state';
import { Theme } from '../ui/theme';
import { named } from '../ui/words';
import { Look, lookTurned } from './outcome';
import { TilePath, TileSize, endWord, tileLine, tilePath, tileX, tileY } from './tiles.geometry';

const SIZE: TileSize = { width: 64, height: 56 };
const DRAWN = 6;

interface Tile {
  readonly neighbour: DrawnNeighbour;
  readonly look: Look;
  readonly path: TilePath;
  readonly word: string;
  /** Month and day: the name has the rest. */
  readonly date: string;
  readonly name: string;
}

/** The six most similar setups: the path of each below the present one, and how it ended. One opens its day. */
@Component({
  selector: 'sp-tiles',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  templateUrl: './tiles.html',
  styleUrl: './tiles.css',
})
export class Tiles {
  private readonly theme = inject(Theme);
  readonly answer = input.required<SetupAnswer | null>();
  readonly state = input.required<PanelState>();
  readonly windowS = input.required<number>();
  /** New York time of the setup where its test is over; null while it is the present one. */
  readonly past = input.required<string | null>();
  readonly opened = output<DrawnNeighbour>();
  /** All of them are asked for. */
  readonly all = output();

  protected readonly size = SIZE;
  protected readonly triggerX = tileX(0, SIZE);
  protected readonly levelY = tileY(0, SIZE);
  protected readonly throughY = tileY(1, SIZE);
  protected readonly backY = tileY(-1, SIZE);
  /** What colour the setup's own path has. */
  protected readonly unit = computed(() => `${this.theme.name() === 'dark' ? 'white' : 'black'}: ${this.past() === null ? 'now' : 'then'}`);
  protected readonly count = computed(() => this.answer()?.neighbours.length ?? 0);
  protected readonly tiles = computed(() => {
    const answer = this.answer();
    if (answer === null) return [];
    const approachDir = answer.setup.approach_dir;
    return answer.neighbours.slice(0, DRAWN).map((neighbour) => tileOf(neighbour, approachDir, this.windowS()));
  });
  /** The setup's own path up to its trigger; the fan has what came after. */
  protected readonly own = computed(() => {
    const answer = this.answer();
    if (answer === null) return '';
    const before = answer.own_path.filter(([seconds]) => seconds <= 0);
    return tileLine(before, answer.setup.barrier_ticks, SIZE, this.windowS());
  });
}

function tileOf(neighbour: DrawnNeighbour, approachDir: Approach, windowS: number): Tile {
  const { session_date, ts_s, level_id, approach_dir, episode_kind, distance, outcome } = neighbour;
  const look = lookTurned(outcome, approachDir);
  return {
    neighbour,
    look,
    path: tilePath(neighbour.path ?? [], neighbour.barrier_ticks, SIZE, windowS),
    word: endWord(look.kind),
    date: session_date.slice(5),
    name: `${session_date} ${newYork(ts_s)}, ${named(level_id)} ${named(approach_dir)}, ${named(episode_kind)}, distance ${distance.toFixed(2)}, ${outcome}`,
  };
}
