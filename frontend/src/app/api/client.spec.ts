import { Client, ProblemError, cancelled, isChanged, query } from './client';

function answers(response: () => Response | Promise<Response>): void {
  vi.stubGlobal('fetch', async () => response());
}

describe('the client', () => {
  const client = new Client();
  afterEach(() => vi.unstubAllGlobals());

  async function failure(): Promise<ProblemError> {
    const error: unknown = await client.get('days').then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ProblemError);
    return error as ProblemError;
  }

  it('leaves out parameters without a value', () => {
    expect(query({ a: 1, b: null, c: undefined, d: false, e: 'x y' })).toBe('?a=1&d=false&e=x+y');
    expect(query({ b: null })).toBe('');
  });

  it('sends JSON, and takes JSON for an answer', async () => {
    let sent: [string, RequestInit] | null = null;
    vi.stubGlobal('fetch', async (...all: [string, RequestInit]) => {
      sent = all;
      return Response.json({ id: '1' }, { status: 201 });
    });
    expect(await client.post('drill/1/call', { call: 'BREAK' })).toEqual({ id: '1' });
    expect(sent).toEqual([
      '/api/drill/1/call',
      { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"call":"BREAK"}' },
    ]);
  });

  it('throws the server’s problem and what fixes it', async () => {
    answers(() => Response.json({ code: 'not_built', message: 'no gold', fix: 'spymaster build' }, { status: 404 }));
    const { status, problem, message } = await failure();
    expect([status, problem.code, problem.fix, message]).toEqual([404, 'not_built', 'spymaster build', 'no gold']);
  });

  it('knows the problem that means another version of the day', async () => {
    answers(() => Response.json({ code: 'day_changed', message: 'built anew', fix: null }, { status: 409 }));
    expect(isChanged(await failure())).toBe(true);
    expect(isChanged(new Error('any'))).toBe(false);
  });

  it('says which path failed where the server did not say why', async () => {
    answers(() => Object.defineProperty(new Response('<html>', { status: 502 }), 'url', { value: 'http://board/api/days' }));
    expect((await failure()).message).toBe('The server answered 502 to /api/days without saying why.');
  });

  it('says that the server does not answer, and how to start it', async () => {
    answers(() => Promise.reject(new TypeError('network')));
    const { status, problem } = await failure();
    expect([status, problem.code, problem.fix]).toEqual([0, 'unreached', 'spymaster serve']);
  });

  it('makes no problem of a request that it gave up itself', async () => {
    const stop = new AbortController();
    stop.abort();
    answers(() => Promise.reject(new DOMException('given up', 'AbortError')));
    const error: unknown = await client.get('days', {}, stop.signal).catch((reason: unknown) => reason);
    expect(cancelled(error)).toBe(true);
  });
});
