import { ChangeDetectionStrategy, Component, ElementRef, computed, effect, inject, untracked } from '@angular/core';
import type { Approach } from '../api/approach';
import { DrawnNeighbour, SetupAnswer } from '../api/schema';
import { Replay } from '../board/replay';
import { points } from '../ui/format';
import { newYork, newYorkMinute } from '../ui/new-york';
import { PanelFrame } from '../ui/panel-frame';
import { READY } from '../ui/panel-state';
import { named } from '../ui/words';
import { MiniPath } from './mini-path';
import { DRAWN, MidPath, PathScale, sharedScale } from './mini-path.geometry';
import { Look, countsLine, lookOf, outcomeRow } from './outcome';
import { OutcomeBar } from './outcome-bar';
import { shownAnswer } from './shown-answer';
import { standing } from './standing';

interface Multiple {
  readonly neighbour: DrawnNeighbour;
  readonly look: Look;
  readonly path: MidPath;
  /** The kind, as short as its place. */
  readonly word: string;
  /** Month, day, hour and minute: the name has the rest. */
  readonly when: string;
  readonly name: string;
}

/** What is drawn of one answer; the next window's answer with the same content is the same view. */
interface View {
  readonly answer: SetupAnswer;
  readonly multiples: readonly Multiple[];
  readonly scale: PathScale;
}

/** The most similar setups of the past: how they ended, how sure that is, and the path of each. */
@Component({
  selector: 'sp-neighbours',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, OutcomeBar, MiniPath],
  templateUrl: './neighbours.html',
  styleUrl: './neighbours.css',
  host: { tabindex: '-1' },
})
export class NeighboursPanel {
  protected readonly replay = inject(Replay);
  protected readonly ready = READY;
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);

  private readonly answer = computed(() => shownAnswer(this.replay.setup().answer, this.replay.cursorS()));
  private readonly standing = standing(() => ({ answer: this.answer(), data: this.replay.day(), index: this.replay.cursor() }));
  private readonly setup = computed(() => this.answer(), { equal: isSameSetup });
  protected readonly view = computed(() => viewOf(this.setup(), this.tick()));
  protected readonly state = computed(() => this.replay.setup().state);
  protected readonly row = computed(() => outcomeRow(this.view()!.answer));
  protected readonly approachDir = computed(() => this.view()!.answer.setup.approach_dir as Approach);
  protected readonly counts = computed(() => countsLine(this.view()!.answer.counts));
  protected readonly unit = computed(() => {
    const view = this.view();
    if (view === null || view.multiples.length === 0) return '';
    return `±${view.scale.reachTicks * this.tick()} points, −2 to +14 min, distance in sigma`;
  });
  protected readonly heading = computed(() => {
    const count = this.view()?.answer.neighbours.length ?? 0;
    if (count === 0) return 'Similar setups';
    return count > DRAWN ? `${DRAWN} of ${count} similar setups` : `${count} most similar setups`;
  });
  protected readonly windowS = computed(() => this.replay.day()?.day.window_s ?? NaN);
  protected readonly tick = computed(() => this.replay.day()?.day.tick ?? NaN);
  /** Time of the setup that these are similar to, where it is over; null while it is the present one. */
  protected readonly pastSetup = computed(() => {
    const answer = this.answer();
    return answer !== null && this.standing() === 'past' ? newYork(answer.setup.ts_s) : null;
  });

  constructor() {
    const requestsBefore = untracked(this.replay.neighbourRequests);
    effect(() => {
      if (this.replay.neighbourRequests() !== requestsBefore) this.host.nativeElement.focus();
    });
  }

  protected open({ neighbour }: Multiple): void {
    const { level_id, approach_dir } = this.view()!.answer.setup;
    this.replay.open(neighbour.symbol, neighbour.session_date, neighbour.ts_s, level_id, approach_dir as Approach);
  }
}

function viewOf(answer: SetupAnswer | null, tick: number): View | null {
  if (answer === null) return null;
  const multiples = answer.neighbours.slice(0, DRAWN).map((neighbour) => multipleOf(neighbour, tick));
  const scale = sharedScale(
    multiples.map((multiple) => multiple.path),
    answer.setup.barrier_ticks,
  );
  return { answer, multiples, scale };
}

/** An answer fetched again at a later moment about the same trigger draws nothing anew. */
function isSameSetup(a: SetupAnswer | null, b: SetupAnswer | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.version === b.version &&
    a.setup.ts_s === b.setup.ts_s &&
    a.setup.level_id === b.setup.level_id &&
    a.setup.approach_dir === b.setup.approach_dir
  );
}

function multipleOf(neighbour: DrawnNeighbour, tick: number): Multiple {
  const look = lookOf(neighbour.outcome);
  const time = newYork(neighbour.ts_s);
  const kind = named(neighbour.episode_kind);
  const excursions = [['MFE', neighbour.mfe_ticks] as const, ['MAE', neighbour.mae_ticks] as const];
  const ended = excursions.map(([name, ticks]) => (ticks === null ? '' : `, ${name} ${points(ticks, tick)} points`)).join('');
  const name = `${neighbour.session_date} ${time}, ${kind}, distance ${neighbour.distance.toFixed(2)}, ${neighbour.outcome}${ended}`;
  const word = look.kind === 'CENSORED' ? 'CENS.' : look.kind;
  return {
    neighbour,
    look,
    word,
    path: neighbour.path ?? [],
    when: `${neighbour.session_date.slice(5)} ${newYorkMinute(neighbour.ts_s)}`,
    name,
  };
}
