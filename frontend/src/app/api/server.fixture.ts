import { vi } from 'vitest';
import { ServedDay } from './day.fixture';
import type { ApproachAnswer, DayList, Episode, NoApproach, NoSetupYet, Problem, SetupAnswer, WindowList } from './schema';

/** One request as the server saw it. */
export interface MadeUpRequest {
  path: string;
  params: URLSearchParams;
  /** What was sent; null for a question. */
  body: unknown;
}

/** A server behind `fetch` that serves one made-up day and remembers the requests. */
export class MadeUpServer {
  readonly requests: MadeUpRequest[] = [];
  episodes: Episode[] = [];
  /** Moments at which price comes to every level. */
  approaches: number[] = [];
  /** Answers the next requests whose path ends so, or names such a table, with a problem. */
  readonly problems = new Map<string, { status: number; problem: Problem; times: number }>();
  /** Waits before an answer, in milliseconds, by the path's end or a table's name. */
  readonly waits = new Map<string, number>();
  /** JSON that a path is answered with in place of the made-up day's. */
  readonly replies = new Map<string, unknown>();
  /** Start of the episode that `next-episode` names. */
  next: number | null = null;

  constructor(readonly served: ServedDay) {
    vi.stubGlobal('fetch', (url: string, options?: RequestInit) => this.fetch(url, options ?? {}));
  }

  requestsFor(end: string): MadeUpRequest[] {
    return this.requests.filter(({ path }) => isOf(path, end));
  }

  fail(end: string, status: number, code: Problem['code'], times = 1): void {
    this.problems.set(end, { status, times, problem: { code, message: `${end}: ${code}`, fix: 'spymaster build' } });
  }

  private async fetch(url: string, { signal, body }: RequestInit): Promise<Response> {
    const { pathname, searchParams } = new URL(url, 'http://board');
    const sent: unknown = typeof body === 'string' ? JSON.parse(body) : null;
    const request = { path: pathname.replace('/api/', ''), params: searchParams, body: sent };
    this.requests.push(request);
    const wait = [...this.waits].find(([end]) => isOf(request.path, end))?.[1] ?? 0;
    await new Promise((done) => setTimeout(done, wait));
    if (signal?.aborted) throw new DOMException('given up', 'AbortError');
    for (const [end, failure] of this.problems) {
      if (!isOf(request.path, end) || failure.times <= 0) continue;
      failure.times--;
      return Response.json(failure.problem, { status: failure.status });
    }
    return this.replies.has(request.path) ? Response.json(this.replies.get(request.path)) : this.answer(request);
  }

  private answer({ path, params }: MadeUpRequest): Response {
    const { day } = this.served;
    const askedS = Number(params.get('as_of_s'));
    const knownS = day.known_until_s ?? Infinity;
    const asOfS = Math.min(askedS, knownS);
    const last = path.split('/').at(-1)!;
    if (askedS > Math.max(knownS, day.session_start_s)) return refusedBeyond(askedS);
    if (path === 'days') {
      const { symbol, root, session_date, synthetic } = day;
      return Response.json({
        fix: 'spymaster import',
        lake: 'made-up',
        lake_version: '00000000000000ff',
        roots: [root],
        days: [{ symbol, root, session_date, synthetic, state: day.known_until_s === null ? 'ready' : 'live', chosen: true, reason: null }],
      } satisfies DayList);
    }
    if (path.includes('/tables/')) {
      const fromS = params.get('from_s');
      const levels = params.get('levels')?.split(',');
      const streams = last.split(',').map((name) => this.served.table(name, fromS === null ? null : Number(fromS), asOfS, levels));
      return new Response(new Uint8Array(streams.flatMap((stream) => [...stream])));
    }
    if (last === 'windows') {
      const fromS = Number(params.get('from_s'));
      const within = Array.from({ length: this.served.windows }, (_, index) => index).filter(
        (index) => this.served.startS(index) >= fromS && this.served.startS(index) + day.window_s <= asOfS,
      );
      const windows = within.map((index) => ({
        ...this.served.message(index, params.get('levels')?.split(',')),
        episodes: this.changed(this.served.startS(index), this.served.startS(index) + day.window_s),
      }));
      return Response.json({ version: day.version, windows } satisfies WindowList);
    }
    if (last === 'episodes') {
      const known = this.episodes.filter(({ start_s }) => start_s <= asOfS);
      return Response.json({
        version: day.version,
        as_of_s: asOfS,
        episodes: known.map((one) => ({ ...one, last_trigger_s: Math.min(one.last_trigger_s, asOfS) })),
      });
    }
    if (last === 'next-episode') return Response.json({ ts_s: this.next });
    if (path === 'approach') return this.approach(params.get('level')!, params.get('approach_dir')!, asOfS);
    if (path === 'setup') return this.setup(params.get('level')!, params.get('approach_dir')!, asOfS);
    return Response.json(day);
  }

  /** Episodes that began, went on or were decided in (fromS, asOfS]. */
  private changed(fromS: number, asOfS: number): Episode[] {
    const isWithin = (s: number | null): boolean => s !== null && s > fromS && s <= asOfS;
    return this.episodes
      .filter(({ start_s, last_trigger_s, outcome_s }) => (start_s <= asOfS && last_trigger_s > fromS) || isWithin(outcome_s))
      .map((one) => ({ ...one, last_trigger_s: Math.min(one.last_trigger_s, asOfS) }));
  }

  private approach(level: string, approachDir: string, asOfS: number): Response {
    const { version, synthetic } = this.served.day;
    if (!this.approaches.includes(asOfS)) return Response.json({ state: 'none', version, synthetic } satisfies NoApproach);
    return Response.json({ state: 'approach', level_id: level, approach_dir: approachDir, ts_s: asOfS } as unknown as ApproachAnswer);
  }

  private setup(level: string, approachDir: string, asOfS: number): Response {
    const episode = this.episodes.findLast((one) => one.level_id === level && one.approach_dir === approachDir && one.start_s <= asOfS);
    if (!episode)
      return Response.json({
        state: 'none',
        version: this.served.day.version,
        synthetic: true,
        as_of_s: asOfS,
        message: `${level} was not tested ${approachDir} yet.`,
      } satisfies NoSetupYet);
    const ts_s = Math.min(episode.last_trigger_s, asOfS);
    return Response.json({
      state: 'setup',
      as_of_s: asOfS,
      age_s: asOfS - ts_s,
      own_path: [],
      setup: { level_id: level, approach_dir: approachDir, ts_s, level_ticks: episode.level_ticks },
    } as unknown as SetupAnswer);
  }
}

/** A socket that the test speaks through. */
export class MadeUpSocket {
  static opened: MadeUpSocket[] = [];
  static readonly OPEN = 1;
  readonly readyState = MadeUpSocket.OPEN;
  readonly sent: unknown[] = [];
  closed = false;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly url: string) {
    MadeUpSocket.opened.push(this);
  }

  static get last(): MadeUpSocket {
    return MadeUpSocket.opened.at(-1)!;
  }

  static stub(): void {
    MadeUpSocket.opened = [];
    vi.stubGlobal('WebSocket', MadeUpSocket);
  }

  get params(): URLSearchParams {
    return new URL(this.url).searchParams;
  }

  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  break(): void {
    this.onclose?.();
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }
}

/** The answer to a question about a moment that a live day has not reached. */
function refusedBeyond(asOfS: number): Response {
  const problem: Problem = { code: 'bad_request', message: `as_of_s is ${asOfS}, beyond what is known.`, fix: null };
  return Response.json(problem, { status: 422 });
}

/** Whether a path ends so, or names such a table among others. */
function isOf(path: string, end: string): boolean {
  return path.endsWith(end) || path.split('/').at(-1)!.split(',').includes(end.slice(1));
}
