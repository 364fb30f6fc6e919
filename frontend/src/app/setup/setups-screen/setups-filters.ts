import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { Params } from '@angular/router';
import { SetupList } from '../../api/schema';
import { levelName, named } from '../../ui/words';
import { APPROACHES, AskedFor, LAKE_END, SETUPS } from './asked-for';

/** Which setups are listed, found by what, and what may be known of them. */
@Component({
  selector: 'sp-setups-filters',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <form (submit)="$event.preventDefault()" aria-label="Which setups">
      @if (roots().length > 1) {
        <label>
          Market
          <select aria-label="Market" (change)="asks($event, 'root')">
            @for (one of roots(); track one) {
              <option [value]="one" [selected]="one === asked().root">{{ one }}</option>
            }
          </select>
        </label>
      }
      <label>
        Level
        <select aria-label="Level" (change)="asks($event, 'level')">
          @for (one of levels(); track one) {
            <option [value]="one" [selected]="one === asked().level">{{ levelName(one) }}</option>
          }
        </select>
      </label>
      <label>
        Direction
        <select aria-label="Direction" (change)="asks($event, 'approach_dir')">
          <option value="">both</option>
          @for (one of approaches; track one) {
            <option [value]="one" [selected]="one === asked().approachDir">{{ named(one) }}</option>
          }
        </select>
      </label>
      <label>
        Setup
        <select aria-label="Setup" (change)="asks($event, 'setup')">
          @for (one of setups; track one) {
            <option [value]="one" [selected]="one === asked().setup">{{ named(one) }}</option>
          }
        </select>
      </label>
      <label>
        Kind
        <select aria-label="Kind" (change)="asks($event, 'kind')">
          <option value="">any</option>
          @for (one of kinds(); track one) {
            <option [value]="one" [selected]="one === asked().kind">{{ named(one) }}</option>
          }
        </select>
      </label>
      <label>
        From
        <input aria-label="From date" type="date" [value]="asked().first" (change)="asks($event, 'first')" />
      </label>
      <label>
        to
        <input aria-label="To date" type="date" [value]="asked().last" (change)="asks($event, 'last')" />
      </label>
      <label>
        Between
        <input aria-label="Between, New York time" type="time" [value]="asked().from" (change)="asks($event, 'from')" />
      </label>
      <label>
        and
        <input aria-label="and, New York time" type="time" [value]="asked().to" (change)="asks($event, 'to')" />
        NY
      </label>
      <label>
        Similar by
        <select aria-label="Similar by" (change)="asks($event, 'metric')">
          @for (one of metrics(); track one) {
            <option [value]="one" [selected]="one === asked().metric">{{ one }}</option>
          }
        </select>
      </label>
      <label>
        Known as of
        <select aria-label="Known as of" (change)="asks($event, 'as_of_s')">
          <option [value]="lakeEnd" [selected]="asked().asOfS === null">the lake’s end</option>
          @for (moment of moments(); track moment.s) {
            <option [value]="moment.s" [selected]="moment.s === asked().asOfS">{{ moment.text }}</option>
          }
        </select>
      </label>
    </form>
  `,
  styles: `
    form {
      display: flex;
      flex-wrap: wrap;
      gap: 6px 12px;
      color: var(--muted);
    }
    label {
      white-space: nowrap;
    }
    select,
    input {
      color: var(--text);
      background: var(--panel);
      border: 1px solid var(--muted);
      border-radius: 4px;
      padding: 2px 6px;
      min-height: 28px;
      margin-left: 4px;
      color-scheme: inherit;
    }
  `,
})
export class SetupsFilters {
  readonly asked = input.required<AskedFor>();
  readonly roots = input.required<string[]>();
  readonly list = input.required<SetupList | null>();
  /** Moments that may be asked for beside the lake's end. */
  readonly moments = input.required<{ s: number; text: string }[]>();
  readonly ask = output<Params>();
  protected readonly approaches = APPROACHES;
  protected readonly setups = SETUPS;
  protected readonly lakeEnd = LAKE_END;
  protected readonly levelName = levelName;
  protected readonly named = named;
  protected readonly levels = computed(() => withOwn(this.list()?.levels, this.asked().level));
  protected readonly kinds = computed(() => withOwn(this.list()?.kinds, this.asked().kind));
  protected readonly metrics = computed(() => withOwn(this.list()?.metrics, this.asked().metric));

  protected asks(event: Event, name: string): void {
    const value = (event.target as HTMLInputElement | HTMLSelectElement).value;
    this.ask.emit({ [name]: value || null, pick: null, beside: null });
  }
}

/** What can be chosen, and what is chosen now. */
function withOwn(offered: readonly string[] | undefined, own: string): string[] {
  const all = offered ?? [];
  return own === '' || all.includes(own) ? [...all] : [own, ...all];
}
