import { Injectable } from '@angular/core';
import { Columns, decode } from './arrow';
import type { Problem } from './schema';

/** Tables of a day that are filled along the cursor. */
export type TableName = 'candles' | 'windows' | 'heat' | 'trades' | 'walls' | 'levels' | 'ladder' | 'conditions' | 'events';

export type Params = Record<string, string | number | boolean | null | undefined>;

/** What stood in the way: one of the server's problems, or `unreached` where no answer came. */
export type Trouble = Omit<Problem, 'code'> & { code: Problem['code'] | 'unreached' };

/** The server's refusal: what it said, and what fixes it. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Trouble,
  ) {
    super(problem.message);
    this.name = 'ProblemError';
  }
}

/** Status of a problem that never reached the server. */
const UNREACHED = 0;

/** Asks the server. Every failure but a cancelled request is a ProblemError. */
@Injectable({ providedIn: 'root' })
export class Client {
  /** JSON of `/api/<path>`; parameters that are null or undefined are left out. */
  async get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
    return (await (await this.ask(path, params, { signal })).json()) as T;
  }

  /** Sends JSON to `/api/<path>`; the answer's JSON. */
  async post<T>(path: string, body: object = {}): Promise<T> {
    const sent = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
    return (await (await this.ask(path, {}, sent)).json()) as T;
  }

  /** Tables of a day, in the order of their names. */
  async tables(
    day: { symbol: string; session_date: string },
    names: readonly TableName[],
    params: Params,
    signal?: AbortSignal,
  ): Promise<Columns[]> {
    const response = await this.ask(`days/${day.symbol}/${day.session_date}/tables/${names.join(',')}`, params, { signal });
    return decode(new Uint8Array(await response.arrayBuffer()));
  }

  /** What the server still prepares before its first answer; null once it is ready, and where it says otherwise why it is not. */
  async preparing(): Promise<string | null> {
    const response = await fetch('/readyz').catch(() => null);
    if (!response || response.ok) return null;
    const { code, message } = await problemOf(response);
    return code === 'preparing' ? message : null;
  }

  private async ask(path: string, params: Params, options: RequestInit): Promise<Response> {
    const url = `/api/${path}${query(params)}`;
    const response = await fetch(url, options).catch((error: unknown) => {
      if (options.signal?.aborted) throw error;
      throw new ProblemError(UNREACHED, {
        code: 'unreached',
        message: 'The server does not answer.',
        fix: 'spymaster serve',
      });
    });
    if (!response.ok) throw new ProblemError(response.status, await problemOf(response));
    return response;
  }
}

/** True where a request was given up by ourselves. */
export function cancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

/** True where the server holds another version of the day than the one requested. */
export function isChanged(error: unknown): boolean {
  return error instanceof ProblemError && error.problem.code === 'day_changed';
}

/** The parameters as a query, with its question mark; empty where none has a value. */
export function query(params: Params): string {
  const given = Object.entries(params).filter(([, value]) => value !== null && value !== undefined);
  return given.length ? `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : '';
}

async function problemOf(response: Response): Promise<Trouble> {
  const body: unknown = await response.json().catch(() => null);
  if (body && typeof body === 'object' && 'code' in body && 'message' in body) return body as Trouble;
  return {
    code: 'internal',
    message: `The server answered ${response.status} to ${new URL(response.url).pathname} without saying why.`,
    fix: null,
  };
}
