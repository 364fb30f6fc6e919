import { Injectable, Signal, inject, signal } from '@angular/core';
import { Client } from './client';
import type { DayEntry, DayList } from './schema';

/** The contract-days of the lake. */
@Injectable({ providedIn: 'root' })
export class LakeDays {
  private readonly client = inject(Client);
  private readonly listNow = signal<DayList | null>(null);
  private loading: Promise<DayList> | null = null;
  readonly list: Signal<DayList | null> = this.listNow.asReadonly();

  /** The list, fetched once; again after a failure. */
  load(): Promise<DayList> {
    this.loading ??= this.client.get<DayList>('days').then(
      (list) => {
        this.listNow.set(list);
        return list;
      },
      (error: unknown) => {
        this.loading = null;
        throw error;
      },
    );
    return this.loading;
  }
}

/** The day to begin with: the newest whose contract is chosen and that is live or whose tables are built, else the newest with prices. */
export function firstDay(days: DayEntry[]): DayEntry | null {
  return (
    days.findLast((day) => day.chosen && (day.state === 'ready' || day.state === 'live')) ??
    days.findLast((day) => day.state !== 'no_silver') ??
    null
  );
}
