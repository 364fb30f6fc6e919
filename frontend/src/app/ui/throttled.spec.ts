import { EnvironmentInjector, createEnvironmentInjector, runInInjectionContext, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { throttled } from './throttled';

describe('throttled', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function started(): { source: ReturnType<typeof signal<number>>; shown: () => number; injector: EnvironmentInjector } {
    const source = signal(0);
    const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    const shown = runInInjectionContext(injector, () => throttled(source, 100));
    TestBed.tick();
    vi.advanceTimersByTime(1000);
    return { source, shown, injector };
  }

  function put(source: { set(value: number): void }, value: number): void {
    source.set(value);
    TestBed.tick();
  }

  it('shows a change after a pause at once', () => {
    const { source, shown } = started();
    put(source, 1);
    expect(shown()).toBe(1);
  });

  it('shows many changes at most every 100 ms, and the last one always', () => {
    const { source, shown } = started();
    const seen = new Set<number>();
    for (let value = 1; value <= 40; value++) {
      put(source, value);
      vi.advanceTimersByTime(10);
      seen.add(shown());
    }
    expect(seen.size).toBeLessThanOrEqual(5);
    vi.advanceTimersByTime(100);
    expect(shown()).toBe(40);
  });

  it('leaves no timer behind', () => {
    const { source, injector } = started();
    put(source, 1);
    put(source, 2);
    expect(vi.getTimerCount()).toBe(1);
    injector.destroy();
    expect(vi.getTimerCount()).toBe(0);
  });
});
