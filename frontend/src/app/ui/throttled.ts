import { DestroyRef, Signal, effect, inject, signal, untracked } from '@angular/core';

/** The present value of `source`, at most once every `everyMs`: a change after a pause shows at once, the last of many always shows. */
export function throttled<T>(source: () => T, everyMs: number): Signal<T> {
  const shown = signal(untracked(source));
  let lastMs = -Infinity;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const show = (): void => {
    waiting = undefined;
    lastMs = performance.now();
    shown.set(untracked(source));
  };
  effect(() => {
    source();
    if (waiting !== undefined) return;
    const waitMs = lastMs + everyMs - performance.now();
    if (waitMs <= 0) untracked(show);
    else waiting = setTimeout(show, waitMs);
  });
  inject(DestroyRef).onDestroy(() => clearTimeout(waiting));
  return shown.asReadonly();
}
