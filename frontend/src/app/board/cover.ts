import { Injectable, Signal, computed, signal } from '@angular/core';

/** What a drill keeps from the reader: the date while it runs, and everything after its moment until the test is called. */
@Injectable({ providedIn: 'root' })
export class Cover {
  private readonly idNow = signal<string | null>(null);
  private readonly limitNow = signal(Infinity);
  /** The drill that runs; null while none does. */
  readonly drillId: Signal<string | null> = this.idNow.asReadonly();
  /** The moment beyond which nothing may be shown. */
  readonly limitS: Signal<number> = this.limitNow.asReadonly();
  /** Whether something after the moment is hidden. */
  readonly isOn: Signal<boolean> = computed(() => this.limitNow() < Infinity);

  /** Hides the date, and all after a moment. */
  put(drillId: string, limitS: number): void {
    this.idNow.set(drillId);
    this.limitNow.set(limitS);
  }

  /** Shows what came after; the date stays hidden. */
  lift(): void {
    this.limitNow.set(Infinity);
  }

  take(): void {
    this.idNow.set(null);
    this.limitNow.set(Infinity);
  }

  /** A name of the day, where it may be shown. */
  named(day: string): string {
    return this.drillId() === null ? day : 'Drill';
  }
}
