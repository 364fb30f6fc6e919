import { Signal, signal } from '@angular/core';
import type { Approach } from '../api/approach';
import { Client, cancelled, isChanged } from '../api/client';
import { type DayData, type HorizonS, episodeKey } from '../api/day-data';
import { stateOf } from '../api/fetched';
import type { ApproachAnswer, Episode, EpisodeList, NoApproach, NoSetupYet, SetupAnswer } from '../api/schema';
import { newYork } from '../ui/new-york';
import { LOADING, PanelState, READY } from '../ui/panel-state';
import { newestTrigger } from './episodes';

/** Quiet after which the question is asked, and how long a moving cursor can put it off. */
export const QUIET_MS = 120;
export const PATIENCE_MS = 1000;
/** Answers kept of a day, about 0.1 MB each; the oldest goes first. */
const ANSWERS_KEPT = 60;

/** One question: the setup of a level and approach at a moment. */
export interface SetupRequest {
  data: DayData;
  level: string;
  approachDir: Approach;
  asOfS: number;
  /** Of what the answer says of the book. */
  horizonS: HorizonS;
}

interface Known {
  state: PanelState;
  /** The answer as it was given, at or before the cursor it was fetched for. */
  answer: SetupAnswer | null;
}

interface KnownUntil extends Known {
  /** Up to this moment it is known to be the newest; -Infinity while nothing is known. */
  asOfS: number;
}

const UNKNOWN: KnownUntil = { state: LOADING, answer: null, asOfS: -Infinity };

/** Asks which episodes began and what the newest setup's similar past is, once the cursor rests, and each answer once. */
export class SetupQuestion {
  private readonly episodesNow = signal<Episode[]>([]);
  private readonly answerNow = signal<KnownUntil>(UNKNOWN);
  private readonly approachNow = signal<ApproachAnswer | null>(null);
  /** EpisodeList as of the latest moment requested; cut them at the cursor. */
  readonly episodes: Signal<Episode[]> = this.episodesNow.asReadonly();
  readonly answer: Signal<KnownUntil> = this.answerNow.asReadonly();
  /** The newest approach that was found; it is of its own window alone. */
  readonly approach: Signal<ApproachAnswer | null> = this.approachNow.asReadonly();

  private day: DayData | null = null;
  private episodesAsOfS = -Infinity;
  private readonly answers = new Map<string, Known>();
  private request: SetupRequest | null = null;
  private inFlight: { key: string; stop: AbortController } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waitingSince: number | null = null;
  private run = 0;

  /** `changed` hears that the server holds another version of the day than the one loaded. */
  constructor(
    private readonly client: Client,
    private readonly changed: () => void,
  ) {}

  /** The cursor, the level or the approach moved: say at once what is known already, ask for the rest once it rests. */
  ask(request: SetupRequest): void {
    if (request.data !== this.day) this.forget(request.data);
    this.hear(request);
    const before = this.request;
    this.request = request;
    const kept = this.kept(request);
    if (kept) this.answerNow.set({ ...kept, asOfS: request.asOfS });
    else if (before && !isOfOne(before, request)) this.answerNow.set(UNKNOWN);
    if (before && before.horizonS !== request.horizonS) this.stop();
    const now = performance.now();
    this.waitingSince ??= now;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), Math.max(0, Math.min(QUIET_MS, this.waitingSince + PATIENCE_MS - now)));
  }

  /** No day is shown: nothing is asked, nothing known. */
  forget(data: DayData | null = null): void {
    this.day = data;
    clearTimeout(this.timer);
    this.waitingSince = null;
    this.run++;
    this.stop();
    this.request = null;
    this.episodesAsOfS = -Infinity;
    this.answers.clear();
    this.episodesNow.set([]);
    this.answerNow.set(UNKNOWN);
    this.approachNow.set(null);
  }

  /** Fetches what the newest request is answered over another horizon, so that it is there when that is asked for. */
  async prepare(horizonS: HorizonS): Promise<void> {
    if (this.request === null) return;
    const request = { ...this.request, horizonS };
    if (request.asOfS > this.episodesAsOfS) await this.fetchEpisodes(request);
    const key = this.keyOf(request);
    if (this.answers.has(key)) return;
    const known = await this.fetchAnswer(request);
    if (request.data === this.day) this.keep(this.keyOfAnswer(request, known), key, known);
  }

  private stop(): void {
    this.inFlight?.stop.abort();
    this.inFlight = null;
  }

  /** Takes over the episodes that came with the windows, where those follow on what is known. */
  private hear({ data: { heard }, asOfS }: SetupRequest): void {
    if (asOfS <= this.episodesAsOfS || !(heard.fromS <= this.episodesAsOfS) || heard.untilS < asOfS) return;
    const known = new Map(this.episodesNow().map((episode) => [episodeKey(episode), episode]));
    for (const [key, episode] of heard.episodes) known.set(key, episode);
    this.episodesAsOfS = heard.untilS;
    this.episodesNow.set([...known.values()].sort((one, other) => one.start_s - other.start_s));
  }

  private async refresh(): Promise<void> {
    this.waitingSince = null;
    const run = ++this.run;
    const request = this.request!;
    try {
      if (request.asOfS > this.episodesAsOfS) await this.fetchEpisodes(request);
    } catch (error) {
      if (run === this.run) this.failed(request, 'episodes', error);
      return;
    }
    if (run !== this.run) return;
    if (!this.isTested(request)) void this.approachFor(request, run);
    await this.answerFor(request);
  }

  /** Whether the level is being tested in the window of the moment: then nothing only comes to it. */
  private isTested({ data, level, approachDir, asOfS }: SetupRequest): boolean {
    const trigger = newestTrigger(this.episodesNow(), level, approachDir, asOfS);
    return typeof trigger === 'number' && asOfS - trigger < data.day.window_s;
  }

  /** Whether price comes to the level; a question of one window, so none is kept, and one that fails leaves none. */
  private async approachFor({ data, level, approachDir, asOfS }: SetupRequest, run: number): Promise<void> {
    const { symbol, version } = data.day;
    const params = { symbol, level, approach_dir: approachDir, as_of_s: asOfS, version };
    const found = await this.client.get<ApproachAnswer | NoApproach>('approach', params).catch(() => null);
    if (run === this.run) this.approachNow.set(found?.state === 'approach' ? found : null);
  }

  private async fetchEpisodes({ data, asOfS }: SetupRequest): Promise<void> {
    const { symbol, session_date, version } = data.day;
    const answer = await this.client.get<EpisodeList>(`days/${symbol}/${session_date}/episodes`, { as_of_s: asOfS, version });
    if (data !== this.day || answer.as_of_s < this.episodesAsOfS) return;
    this.episodesAsOfS = answer.as_of_s;
    this.episodesNow.set(answer.episodes);
  }

  private async answerFor(request: SetupRequest): Promise<void> {
    const key = this.keyOf(request);
    const kept = this.answers.get(key);
    if (kept) {
      this.stop();
      this.answerNow.set({ ...kept, asOfS: request.asOfS });
      return;
    }
    if (this.inFlight?.key === key) return;
    this.inFlight?.stop.abort();
    const stop = new AbortController();
    this.inFlight = { key, stop };
    try {
      const known = await this.fetchAnswer(request, stop.signal);
      if (stop.signal.aborted) return;
      this.keep(this.keyOfAnswer(request, known), key, known);
      this.answerNow.set(known);
    } catch (error) {
      if (!cancelled(error) && !stop.signal.aborted) this.failed(request, key, error);
    } finally {
      if (this.inFlight?.stop === stop) this.inFlight = null;
    }
  }

  private async fetchAnswer({ data, level, approachDir, asOfS, horizonS }: SetupRequest, signal?: AbortSignal): Promise<KnownUntil> {
    const { symbol, version } = data.day;
    const params = { symbol, level, approach_dir: approachDir, as_of_s: asOfS, horizon_s: horizonS, version };
    const answer = await this.client.get<SetupAnswer | NoSetupYet>('setup', params, signal);
    if (answer.state === 'none') return { state: { kind: 'empty', message: answer.message, fix: null }, answer: null, asOfS };
    return { state: READY, answer, asOfS };
  }

  private kept(request: SetupRequest): Known | undefined {
    return request.asOfS <= this.episodesAsOfS ? this.answers.get(this.keyOf(request)) : undefined;
  }

  /** What an answer hangs on: the trigger it is about, why there is none, or the moment where the episodes known do not say which trigger that is. */
  private keyOf(request: SetupRequest): string {
    const { data, level, approachDir, asOfS } = request;
    const trigger = newestTrigger(this.episodesNow(), level, approachDir, asOfS);
    if (trigger === 'none') return keyed(request, Number.isNaN(data.levelAt(level, asOfS)) ? 'not known' : 'not tested');
    return keyed(request, trigger === 'unclear' ? `as of ${asOfS}` : String(trigger));
  }

  /** The same of an answer that came: its own trigger where it has one. */
  private keyOfAnswer(request: SetupRequest, { answer }: Known): string {
    return answer === null ? this.keyOf(request) : keyed(request, String(answer.setup.ts_s));
  }

  private keep(key: string, requestKey: string, known: KnownUntil): void {
    this.answers.set(key, known);
    this.answers.set(requestKey, known);
    while (this.answers.size > ANSWERS_KEPT) this.answers.delete(this.answers.keys().next().value!);
  }

  private failed(request: SetupRequest, key: string, error: unknown): void {
    if (isChanged(error)) return this.changed();
    const state = stateOf(error, () => this.ask(request));
    const known: KnownUntil = { state, answer: null, asOfS: request.asOfS };
    if (state.kind === 'empty') this.keep(key, key, known);
    this.answerNow.set(known);
  }
}

/** The approach that was found, where it is of the window that a request is about. */
export function approachAt(found: ApproachAnswer | null, request: SetupRequest | null): ApproachAnswer | null {
  if (!found || !request || found.level_id !== request.level || found.approach_dir !== request.approachDir) return null;
  const ageS = request.asOfS - found.ts_s;
  return ageS >= 0 && ageS < request.data.day.window_s ? found : null;
}

/** The answer as of a moment, where it is not of a later one. */
export function answerAt({ state, answer, asOfS: knownS }: KnownUntil, { day }: DayData, asOfS: number): Known {
  if (asOfS < day.session_start_s)
    return { state: { kind: 'empty', message: `The session begins at ${newYork(day.session_start_s)}.`, fix: null }, answer: null };
  if (!answer || answer.setup.ts_s > asOfS) return { state: answer ? LOADING : state, answer: null };
  return { state, answer: { ...answer, as_of_s: Math.min(asOfS, knownS) } };
}

/** Whether an answer to the one may stay on the screen until that to the other is there. */
function isOfOne(one: SetupRequest, other: SetupRequest): boolean {
  return one.level === other.level && one.approachDir === other.approachDir && one.horizonS === other.horizonS;
}

function keyed({ level, approachDir, horizonS }: SetupRequest, what: string): string {
  return `${level}|${approachDir}|${horizonS}|${what}`;
}
