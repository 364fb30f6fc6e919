import { EnvironmentInjector, createEnvironmentInjector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Asked } from './asked';
import { ProblemError } from './client';
import type { Problem } from './schema';

function problem(code: Problem['code']): ProblemError {
  return new ProblemError(404, { code, message: 'why', mend: 'spymaster build' });
}

const owner = (): EnvironmentInjector => createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
const begin = (by = owner()): Asked<string> => by.runInContext(() => new Asked<string>());
const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

describe('Asked', () => {
  it('holds the answer of the newest question only', async () => {
    const asked = begin();
    let answerFirst: (value: string) => void = () => undefined;
    asked.ask(() => new Promise((done) => (answerFirst = done)));
    asked.ask(() => Promise.resolve('second'));
    answerFirst('first');
    await settled();
    expect(asked.value()).toBe('second');
    expect(asked.state().kind).toBe('ready');
  });

  it('gives up the older question', () => {
    const asked = begin();
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
    const asked = begin();
    asked.ask(() => Promise.reject(problem('no_evaluation')));
    await settled();
    expect(asked.state()).toEqual({ kind: 'empty', message: 'why', mend: 'spymaster build' });
  });

  it('a failure can be tried again', async () => {
    const asked = begin();
    let tries = 0;
    asked.ask(() => (++tries === 1 ? Promise.reject(problem('internal')) : Promise.resolve('here')));
    await settled();
    const state = asked.state();
    expect(state.kind).toBe('error');
    if (state.kind === 'error') state.retry();
    await settled();
    expect(asked.value()).toBe('here');
  });

  it('gives up its question when its owner ends', () => {
    const by = owner();
    let stopped: AbortSignal | null = null;
    begin(by).ask((stop) => {
      stopped = stop;
      return new Promise(() => undefined);
    });
    by.destroy();
    expect(stopped!.aborted).toBe(true);
  });
});
