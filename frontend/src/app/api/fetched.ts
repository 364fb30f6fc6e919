import { DestroyRef, Signal, inject, signal } from '@angular/core';
import { LOADING, PanelState, READY } from '../ui/panel-state';
import { ProblemError, cancelled } from './client';

/** Codes that say that something is not there yet, which is no failure: the panel is empty and says the command. */
const ABSENT_CODES = ['unknown_day', 'unknown_level', 'not_built', 'no_index', 'no_evaluation', 'stale_index'];

/** One thing fetched from the server at a time: its answer, or why there is none. A newer request gives up the older one, as does its owner's end. */
export class Fetched<T> {
  private readonly present = signal<PanelState>(LOADING);
  private readonly valueNow = signal<T | null>(null);
  private running: AbortController | null = null;
  readonly state: Signal<PanelState> = this.present.asReadonly();
  /** null while there is none; the old answer goes with the new request. */
  readonly value: Signal<T | null> = this.valueNow.asReadonly();

  constructor() {
    inject(DestroyRef).onDestroy(() => this.running?.abort());
  }

  fetch(request: (stop: AbortSignal) => Promise<T>): void {
    this.running?.abort();
    const running = (this.running = new AbortController());
    this.present.set(LOADING);
    this.valueNow.set(null);
    request(running.signal).then(
      (value) => {
        if (running !== this.running) return;
        this.valueNow.set(value);
        this.present.set(READY);
      },
      (error: unknown) => {
        if (running !== this.running || cancelled(error)) return;
        this.present.set(stateOf(error, () => this.fetch(request)));
      },
    );
  }

  /** Says why there is nothing to fetch. */
  rest(message: string, fix: string | null = null): void {
    this.running?.abort();
    this.running = null;
    this.valueNow.set(null);
    this.present.set({ kind: 'empty', message, fix });
  }
}

/** What a panel shows for a failure. */
export function stateOf(error: unknown, retry: () => void): PanelState {
  if (!(error instanceof ProblemError)) return { kind: 'error', message: (error as Error).message, fix: null, retry };
  const { code, message, fix } = error.problem;
  return ABSENT_CODES.includes(code) ? { kind: 'empty', message, fix } : { kind: 'error', message, fix, retry };
}
