import { Injectable, Signal, inject, signal } from '@angular/core';
import { Client } from './client';

/** Pause between two looks at a server that prepares. */
export const LOOK_AGAIN_MS = 1000;

/** Whether the server prepares its first answer, which takes a while on a new installation. Questions that are put meanwhile wait there. */
@Injectable({ providedIn: 'root' })
export class Readiness {
  private readonly client = inject(Client);
  private readonly preparingNow = signal<string | null>(null);
  /** What is being prepared, in the server's words; null when nothing is. */
  readonly preparing: Signal<string | null> = this.preparingNow.asReadonly();

  /** Looks until the server is ready. */
  async follow(): Promise<void> {
    while (true) {
      this.preparingNow.set(await this.client.preparing());
      if (this.preparing() === null) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
