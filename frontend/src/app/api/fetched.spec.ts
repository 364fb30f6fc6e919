import { EnvironmentInjector, createEnvironmentInjector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { ProblemError } from './client';
import { Fetched } from './fetched';
import type { Problem } from './schema';

function problem(code: Problem['code']): ProblemError {
  return new ProblemError(404, { code, message: 'why', fix: 'spymaster build' });
}

const owner = (): EnvironmentInjector => createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
const begin = (by = owner()): Fetched<string> => by.runInContext(() => new Fetched<string>());
const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

describe('Asked', () => {
  it('holds the answer of the newest question only', async () => {
    const fetched = begin();
    let answerFirst: (value: string) => void = () => undefined;
    fetched.fetch(() => new Promise((done) => (answerFirst = done)));
    fetched.fetch(() => Promise.resolve('second'));
    answerFirst('first');
    await settled();
    expect(fetched.value()).toBe('second');
    expect(fetched.state().kind).toBe('ready');
  });

  it('gives up the older question', () => {
    const fetched = begin();
    let stopped: AbortSignal | null = null;
    fetched.fetch((stop) => {
      stopped = stop;
      return new Promise(() => undefined);
    });
    fetched.rest('nothing chosen');
    expect(stopped!.aborted).toBe(true);
    expect(fetched.state()).toEqual({ kind: 'empty', message: 'nothing chosen', fix: null });
  });

  it('what is not built yet is empty, with the command that builds it', async () => {
    const fetched = begin();
    fetched.fetch(() => Promise.reject(problem('no_evaluation')));
    await settled();
    expect(fetched.state()).toEqual({ kind: 'empty', message: 'why', fix: 'spymaster build' });
  });

  it('a failure can be tried again', async () => {
    const fetched = begin();
    let trials = 0;
    fetched.fetch(() => (++trials === 1 ? Promise.reject(problem('internal')) : Promise.resolve('here')));
    await settled();
    const state = fetched.state();
    expect(state.kind).toBe('error');
    if (state.kind === 'error') state.retry();
    await settled();
    expect(fetched.value()).toBe('here');
  });

  it('gives up its question when its owner ends', () => {
    const by = owner();
    let stopped: AbortSignal | null = null;
    begin(by).fetch((stop) => {
      stopped = stop;
      return new Promise(() => undefined);
    });
    by.destroy();
    expect(stopped!.aborted).toBe(true);
  });
});
