import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Client } from '../api/client';
import { Fetched } from '../api/fetched';
import { PartitionView } from '../api/schema';
import { worked } from '../ui/duration';
import { PanelFrame } from '../ui/panel-frame';
import { named } from '../ui/words';
import { Command } from './command';
import { CellChosen } from './lake-grid';
import { count, size } from './sizes';
import { StateMark } from './state-mark';

/** One layer of a contract-day: its tables, and the manifest of the one that is looked at. */
@Component({
  selector: 'sp-partition',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame, StateMark, Command],
  template: `
    <sp-panel [heading]="chosen().day.symbol + ' ' + chosen().day.session_date + ' ' + chosen().layer" [synthetic]="chosen().day.synthetic">
      @if (cell(); as layer) {
        <table class="figures">
          <caption class="hidden">
            Tables of the layer
          </caption>
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col">State</th>
              <th scope="col" class="num">rows</th>
              <th scope="col" class="num">size</th>
              <th scope="col" class="num">anomalies</th>
            </tr>
          </thead>
          <tbody>
            @for (table of layer.tables; track table.dataset) {
              <tr>
                <th scope="row">
                  <button
                    type="button"
                    class="quiet"
                    [attr.aria-pressed]="table.dataset === dataset()"
                    (click)="requested.set(table.dataset)"
                  >
                    {{ short(table.dataset) }}
                  </button>
                </th>
                <td><sp-state-mark [state]="table.state" /></td>
                <td class="num">{{ count(table.rows) }}</td>
                <td class="num">{{ size(table.bytes) }}</td>
                <td class="num">{{ count(table.anomalies) }}</td>
              </tr>
            }
          </tbody>
        </table>
        @if (layer.fix) {
          <p>Build the layer: <sp-command [text]="layer.fix" /></p>
        }
        @if (layer.seconds !== null) {
          <p class="muted">Its stages last worked {{ worked(layer.seconds) }}.</p>
        }
      }
    </sp-panel>
    <sp-panel heading="Manifest" [unit]="dataset()" [state]="partition.state()" [synthetic]="chosen().day.synthetic">
      @if (partition.value(); as found) {
        <p>
          <sp-state-mark [state]="found.state" />
          @if (found.why) {
            {{ found.why }}
          }
        </p>
        <p>Build it anew: <sp-command [text]="found.rebuild" /></p>
        @if (found.last_run; as run) {
          <p class="muted">
            Last run of {{ run.stage }}: {{ run.state }} {{ run.finished }} UTC, {{ worked(run.seconds) }}. {{ run.message }}
          </p>
        }
        @if (found.manifest; as manifest) {
          <dl>
            <dt>rows</dt>
            <dd>{{ count(manifest.rows) }}</dd>
            @for (file of manifest.files; track file.name) {
              <dt>file</dt>
              <dd>
                {{ file.name }}, {{ size(file.bytes) }} <code>sha256 {{ file.sha256 }}</code>
              </dd>
            }
            @for (anomaly of entries(manifest.anomalies); track anomaly[0]) {
              <dt>{{ named(anomaly[0]) }}</dt>
              <dd>{{ count(anomaly[1].count) }}, first at {{ anomaly[1].first }}</dd>
            }
            @for (fact of entries(manifest.facts); track fact[0]) {
              <dt>{{ named(fact[0]) }}</dt>
              <dd>{{ worded(fact[1]) }}</dd>
            }
            @for (input of entries(manifest.inputs); track input[0]) {
              <dt>made from</dt>
              <dd>
                {{ input[0] }} <code>{{ input[1] }}</code>
              </dd>
            }
            <dt>contract</dt>
            <dd>
              <code>{{ manifest.contract_sha256 }}</code>
            </dd>
            <dt>settings</dt>
            <dd>
              <code>{{ manifest.settings_sha256 }}</code>
            </dd>
            <dt>code</dt>
            <dd>
              <code>{{ manifest.code_sha256 }}</code>
            </dd>
          </dl>
        } @else if (found.raw) {
          <dl>
            @for (fact of entries(found.raw); track fact[0]) {
              <dt>{{ named(fact[0]) }}</dt>
              <dd>{{ worded(fact[1]) }}</dd>
            }
          </dl>
        } @else {
          <p class="muted">No manifest: nothing is published here.</p>
        }
      }
    </sp-panel>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 6px;
    }
    sp-panel {
      flex: none;
      height: auto;
    }
    p {
      margin: 6px 0;
      overflow-wrap: anywhere;
    }
    dl {
      display: grid;
      grid-template-columns: 120px minmax(0, 1fr);
      gap: 3px 10px;
      margin: 8px 0 0;
    }
    dt {
      color: var(--muted);
      overflow-wrap: anywhere;
    }
    dd {
      margin: 0;
      overflow-wrap: anywhere;
    }
    dd code {
      color: var(--muted);
    }
  `,
})
export class PartitionPanel {
  private readonly client = inject(Client);
  readonly chosen = input.required<CellChosen>();
  protected readonly requested = signal('');
  protected readonly partition = new Fetched<PartitionView>();
  protected readonly cell = computed(() => this.chosen().day.cells[this.chosen().layer] ?? null);
  /** The table that is looked at: the one requested, else the first that is not done, else the first. */
  private readonly table = computed(() => {
    const tables = this.cell()?.tables ?? [];
    const requested = tables.find((table) => table.dataset === this.requested());
    return requested ?? tables.find((table) => table.state !== 'done') ?? tables.at(0) ?? null;
  });
  protected readonly dataset = computed(() => this.table()?.dataset ?? '');
  protected readonly named = named;
  protected readonly count = count;
  protected readonly size = size;
  protected readonly worked = worked;

  constructor() {
    effect(() => {
      const table = this.table();
      const date = this.chosen().day.session_date;
      untracked(() => {
        if (table === null) return this.partition.rest('This layer has no table.');
        const { dataset, symbol } = table;
        this.partition.fetch((stop) => this.client.get<PartitionView>('lake/partition', { dataset, symbol, date }, stop));
      });
    });
  }

  protected short(dataset: string): string {
    return dataset.split('.').at(-1) as string;
  }

  protected entries<V>(record: Record<string, V>): [string, V][] {
    return Object.entries(record);
  }

  protected worded(fact: unknown): string {
    return typeof fact === 'object' && fact !== null ? JSON.stringify(fact) : String(fact);
  }
}
