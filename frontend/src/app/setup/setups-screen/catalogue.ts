import { Injectable, computed, inject } from '@angular/core';
import { Asked } from '../../api/asked';
import { Client } from '../../api/client';
import { Catalogue } from '../../api/schema';

/** What every feature means, asked for once. */
@Injectable({ providedIn: 'root' })
export class FeatureCatalogue {
  private readonly client = inject(Client);
  private readonly asked = new Asked<Catalogue>();
  /** By name; empty until it is there. */
  readonly features = computed(() => new Map((this.asked.value()?.features ?? []).map((feature) => [feature.name, feature])));

  constructor() {
    this.asked.ask((stop) => this.client.get<Catalogue>('catalogue', {}, stop));
  }
}
