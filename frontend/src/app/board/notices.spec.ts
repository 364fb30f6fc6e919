import { TestBed } from '@angular/core/testing';
import { ProblemError } from '../api/client';
import { Notices } from './notices';

describe('the notices', () => {
  let notices: Notices;

  beforeEach(() => {
    vi.useFakeTimers();
    notices = TestBed.inject(Notices);
  });
  afterEach(() => vi.useRealTimers());

  it('a passing one is shown and spoken, and goes by itself', () => {
    notices.mention('The session has ended');
    expect([notices.notice()!.text, notices.announced()]).toEqual(['The session has ended', 'The session has ended']);
    vi.advanceTimersByTime(3999);
    expect(notices.notice()).not.toBeNull();
    vi.advanceTimersByTime(1);
    expect(notices.notice()).toBeNull();
  });

  it('a passing one takes no later one with it', () => {
    notices.mention('The session has ended');
    notices.show({ text: 'The connection broke', fix: null, retry: null });
    vi.advanceTimersByTime(60_000);
    expect(notices.notice()!.text).toBe('The connection broke');
  });

  it("a failure has the server's message and command, and goes once it works again", () => {
    const retry = vi.fn<() => void>();
    notices.fail(new ProblemError(404, { code: 'not_built', message: 'no windows', fix: 'spymaster build' }), retry);
    expect(notices.notice()).toEqual({ text: 'no windows', fix: 'spymaster build', retry });
    expect(notices.announced()).toBe('no windows');
    notices.recover();
    expect(notices.notice()).toBeNull();
  });

  it('what cannot be tried again stays when something else works again', () => {
    notices.show({ text: 'built anew', fix: null, retry: null });
    notices.recover();
    expect(notices.notice()!.text).toBe('built anew');
  });
});
