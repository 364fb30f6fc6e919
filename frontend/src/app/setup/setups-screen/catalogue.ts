import { Injectable, computed, inject } from '@angular/core';
import { Client } from '../../api/client';
import { Fetched } from '../../api/fetched';
import { Catalogue } from '../../api/schema';

/** What every feature means, fetched once. */
@Injectable({ providedIn: 'root' })
export class FeatureCatalogue {
  private readonly client = inject(Client);
  private readonly fetched = new Fetched<Catalogue>();
  /** By name; empty until it is there. */
  readonly features = computed(() => new Map((this.fetched.value()?.features ?? []).map((feature) => [feature.name, feature])));

  constructor() {
    this.fetched.fetch((stop) => this.client.get<Catalogue>('catalogue', {}, stop));
  }
}
