import { Asked } from './asked';
import { ProblemError } from './client';
import type { Problem } from './schema';

function problem(code: Problem['code']): ProblemError {
  return new ProblemError(404, { code, message: 'why', mend: 'spymaster build' });
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

describe('Asked', () => {
  it('holds the answer of the newest question only', async () => {
    const asked = new Asked<string>();
    let answerFirst: (value: string) => void = () => undefined;
    asked.ask(() => new Promise((done) => (answerFirst = done)));
    asked.ask(() => Promise.resolve('second'));
    answerFirst('first');
    await settled();
    expect(asked.value()).toBe('second');
    expect(asked.state().kind).toBe('ready');
  });

  it('gives up the older question', () => {
    const asked = new Asked<string>();
    let stopped: AbortSignal | null = null;
    asked.ask((stop) => {
      stopped = stop;
      return new Promise(() => undefined);
    });
    asked.rest('nothing chosen');
    expect(stopped!.aborted).toBe(true);
    expect(asked.state()).toEqual({ kind: 'empty', message: 'nothing chosen', mend: null });
  });

  it('what is not built yet is empty, with the command that builds it', async () => {
    const asked = new Asked<string>();
    asked.ask(() => Promise.reject(problem('no_evaluation')));
    await settled();
    expect(asked.state()).toEqual({ kind: 'empty', message: 'why', mend: 'spymaster build' });
  });

  it('a failure can be tried again', async () => {
    const asked = new Asked<string>();
    let tries = 0;
    asked.ask(() => (++tries === 1 ? Promise.reject(problem('internal')) : Promise.resolve('here')));
    await settled();
    const state = asked.state();
    expect(state.kind).toBe('error');
    if (state.kind === 'error') state.retry();
    await settled();
    expect(asked.value()).toBe('here');
  });
});
