import { Injectable, computed, inject } from '@angular/core';
import { Client } from './client';
import { Fetched } from './fetched';
import type { Catalogue } from './schema';

/** What every feature and level means, fetched once. */
@Injectable({ providedIn: 'root' })
export class Meanings {
  private readonly client = inject(Client);
  private readonly fetched = new Fetched<Catalogue>();
  /** By name; empty until it is there. */
  readonly features = computed(() => new Map((this.fetched.value()?.features ?? []).map((feature) => [feature.name, feature])));
  /** By level_id; empty until they are there. */
  readonly levels = computed(() => new Map((this.fetched.value()?.levels ?? []).map((level) => [level.level_id, level])));

  constructor() {
    this.fetched.fetch((stop) => this.client.get<Catalogue>('catalogue', {}, stop));
  }
}
