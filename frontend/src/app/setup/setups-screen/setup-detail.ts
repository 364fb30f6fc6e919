import { ChangeDetectionStrategy, Component, computed, effect, inject, input, output, untracked } from '@angular/core';
import { Client } from '../../api/client';
import { Fetched } from '../../api/fetched';
import { Day, DrawnNeighbour, SetupAnswer } from '../../api/schema';
import { Replay } from '../../board/replay';
import { points, signed } from '../../ui/format';
import { newYork } from '../../ui/new-york';
import { PanelFrame } from '../../ui/panel-frame';
import { named } from '../../ui/words';
import { FROM_S, MidPath, TO_S } from '../mini-path.geometry';
import { countsLine } from '../outcome';
import { PickedSetup } from '../picked-setup';
import { DistanceStrip } from './distance-strip';
import { HorizonTable } from './horizon-table';
import { midPath } from './mid-path';
import { PathPlot } from './path-plot';
import { PathPlotData } from './path-plot.geometry';
import { SetupsRequest } from './setups-request';
import { SideBySide } from './side-by-side';
import { SimilarPast } from './similar-past';

interface OwnDay {
  day: Day;
  /** Up to what may be known; seconds from the trigger. */
  knownToS: number;
  path: MidPath;
}

/** One setup large: its path, its similar past with what happened next, and one neighbour beside it. */
@Component({
  selector: 'sp-setup-detail',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, PathPlot, HorizonTable, DistanceStrip, SimilarPast, SideBySide],
  templateUrl: './setup-detail.html',
  styleUrl: './setup-detail.css',
})
export class SetupDetail {
  private readonly client = inject(Client);
  private readonly replay = inject(Replay);
  readonly pick = input.required<PickedSetup>();
  readonly request = input.required<SetupsRequest>();
  /** Names of the levels that the server lists, by level_id. */
  readonly levelNames = input.required<Record<string, string>>();
  readonly compared = output<DrawnNeighbour>();

  protected readonly answering = new Fetched<SetupAnswer>();
  protected readonly drawing = new Fetched<OwnDay>();
  protected readonly answer = this.answering.value;
  protected readonly day = computed(() => this.drawing.value()?.day ?? null);
  protected readonly tick = computed(() => this.day()?.tick ?? NaN);
  protected readonly windowS = computed(() => this.day()?.window_s ?? NaN);
  protected readonly counts = computed(() => {
    const answer = this.answer();
    return answer ? `${countsLine(answer.counts)} after ${answer.horizon_s / 60} min, on ${answer.match_days} days` : '';
  });
  protected readonly horizonUnit = computed(() => {
    const answer = this.answer();
    return answer ? `n ${answer.neighbours.length}, ● the sentence’s` : '';
  });
  protected readonly heading = computed(() => {
    const { level, approachDir } = this.pick();
    return `${this.levelName(level)} ${named(approachDir)}`;
  });
  protected readonly unit = computed(() => this.pick().sessionDate);
  protected readonly facts = computed(() => {
    const answer = this.answer();
    if (!answer) return '';
    const { setup } = answer;
    const confluent =
      setup.confluent_ids.length > 0 ? ` Confluent: ${setup.confluent_ids.map((id) => this.levelName(id)).join(', ')}.` : '';
    const tick = this.tick();
    const where = `level ${points(setup.level_ticks, tick)}, mid ${points(setup.mid_ticks, tick)}, ${points(Math.abs(setup.distance_ticks), tick)} points ${setup.distance_ticks > 0 ? 'through' : 'away'}`;
    return `${setup.symbol} ${setup.session_date} ${newYork(setup.ts_s)} New York: ${named(setup.episode_kind)}, episode ${setup.episode}; ${where}; barriers ±${points(setup.barrier_ticks, tick)} points.${confluent}`;
  });
  protected readonly plot = computed((): PathPlotData | null => {
    const drawn = this.drawing.value();
    const answer = this.answer();
    if (!drawn || !answer) return null;
    const before = drawn.path.filter(([seconds]) => seconds <= 0);
    const after = drawn.path.filter(([seconds]) => seconds >= 0);
    return {
      lines: [
        { path: before, look: 'own', label: 'this setup, as it was asked about' },
        ...(after.length > 1 ? [{ path: after, look: 'after' as const, label: 'what followed' }] : []),
      ],
      barrierTicks: answer.setup.barrier_ticks,
      tick: drawn.day.tick,
      windowS: drawn.day.window_s,
      knownToS: drawn.knownToS,
    };
  });
  /** The path every half minute, as a table. */
  protected readonly pathRows = computed(() =>
    (this.drawing.value()?.path ?? [])
      .filter(([seconds]) => seconds % 30 === 0)
      .map(([seconds, ticks]) => ({ seconds: signed(seconds), points: signed(ticks * this.tick(), 3) })),
  );
  protected readonly beside = computed(() => {
    const neighbours = this.answer()?.neighbours ?? [];
    const wanted = this.request().beside;
    const found = neighbours.findIndex((one) => one.symbol === wanted?.symbol && one.ts_s === wanted.tsS);
    return found >= 0 ? found : neighbours.length > 0 ? 0 : -1;
  });
  protected readonly neighbour = computed(() => this.answer()?.neighbours[this.beside()] ?? null);
  protected readonly before = computed(() => (this.drawing.value()?.path ?? []).filter(([seconds]) => seconds <= 0));
  private readonly question = computed(
    () => {
      const { symbol, level, approachDir, tsS, sessionDate } = this.pick();
      const { setup, asOfS } = this.request();
      return { symbol, level, approachDir, tsS, sessionDate, setup, asOfS };
    },
    { equal: (one, other) => JSON.stringify(one) === JSON.stringify(other) },
  );

  constructor() {
    effect(() => {
      const { symbol, level, approachDir, tsS, setup } = this.question();
      const params = { symbol, level, approach_dir: approachDir, setup, as_of_s: tsS };
      untracked(() => this.answering.fetch((stop) => this.client.get<SetupAnswer>('setup', params, stop)));
    });
    effect(() => {
      const question = this.question();
      untracked(() => this.drawing.fetch((stop) => this.draw(question, stop)));
    });
  }

  /** Opens the setup's own day on the board at its trigger. */
  protected openSelf(): void {
    const { symbol, sessionDate, tsS, level, approachDir } = this.pick();
    this.replay.open(symbol, sessionDate, tsS, level, approachDir);
  }

  protected open({ symbol, session_date, ts_s, level_id, approach_dir }: DrawnNeighbour): void {
    this.replay.open(symbol, session_date, ts_s, level_id, approach_dir);
  }

  private levelName(levelId: string): string {
    return this.day()?.levels.find(({ level_id }) => level_id === levelId)?.name ?? this.levelNames()[levelId] ?? levelId;
  }

  /** The day and the mid around the trigger, as far as it may be known. */
  private async draw(
    question: { symbol: string; sessionDate: string; tsS: number; asOfS: number | null; level: string },
    stop: AbortSignal,
  ): Promise<OwnDay> {
    const { symbol, sessionDate, tsS, asOfS } = question;
    const day = await this.client.get<Day>(`days/${symbol}/${sessionDate}`, { as_of_s: tsS }, stop);
    const until = Math.min(tsS + TO_S, day.session_end_s, asOfS ?? Infinity);
    const span = { as_of_s: until, from_s: tsS + FROM_S, version: day.version };
    const [windows] = await this.client.tables(day, ['windows'], span, stop);
    const levelTicks = day.levels.find((level) => level.level_id === question.level)?.price_ticks ?? NaN;
    return {
      day,
      knownToS: until === day.session_end_s ? TO_S : until - tsS,
      path: midPath(windows, { tsS, levelTicks, windowS: day.window_s }),
    };
  }
}
