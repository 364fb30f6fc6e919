import { TestBed } from '@angular/core/testing';
import { LOOK_AGAIN_MS, Readiness } from './readiness';
import type { Problem } from './schema';

function problem(code: Problem['code'], message: string): Response {
  return Response.json({ code, message, fix: null } satisfies Problem, { status: 503 });
}

describe('the readiness of the server', () => {
  let looked: string[];

  function answers(...replies: (Response | Error)[]): Readiness {
    looked = [];
    vi.stubGlobal('fetch', async (url: string) => {
      looked.push(url);
      const reply = replies.shift()!;
      if (reply instanceof Error) throw reply;
      return reply;
    });
    return TestBed.inject(Readiness);
  }

  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('says what is prepared until it is done, and then looks no more', async () => {
    const readiness = answers(
      problem('preparing', 'it reads'),
      problem('preparing', 'it compiles'),
      Response.json({ status: 'ready', days: 1 }),
    );
    void readiness.follow();
    await vi.advanceTimersByTimeAsync(0);
    expect(readiness.preparing()).toBe('it reads');
    await vi.advanceTimersByTimeAsync(LOOK_AGAIN_MS);
    expect(readiness.preparing()).toBe('it compiles');
    await vi.advanceTimersByTimeAsync(LOOK_AGAIN_MS);
    expect(readiness.preparing()).toBeNull();
    await vi.advanceTimersByTimeAsync(10 * LOOK_AGAIN_MS);
    expect(looked).toEqual(['/readyz', '/readyz', '/readyz']);
  });

  it.each([problem('not_ready', 'the lake holds no contract-day'), new TypeError('network')])(
    'leaves it to the panels to say what else is amiss',
    async (reply) => {
      const readiness = answers(reply);
      await readiness.follow();
      expect(readiness.preparing()).toBeNull();
      expect(looked).toEqual(['/readyz']);
    },
  );
});
