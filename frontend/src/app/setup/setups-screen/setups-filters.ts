import { ChangeDetectionStrategy, Component, computed, input, output } from '@angular/core';
import { Params } from '@angular/router';
import { SetupList } from '../../api/schema';
import { named } from '../../ui/words';
import { APPROACHES, SetupsRequest, LAKE_END, SETUPS } from './setups-request';

/** Which setups are listed, found by what, and what may be known of them. */
@Component({
  selector: 'sp-setups-filters',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <form (submit)="$event.preventDefault()" aria-label="Which setups">
      @if (roots().length > 1) {
        <label>
          Market
          <select aria-label="Market" (change)="choose($event, 'root')">
            @for (one of roots(); track one) {
              <option [value]="one" [selected]="one === request().root">{{ one }}</option>
            }
          </select>
        </label>
      }
      <label>
        Level
        <select aria-label="Level" (change)="choose($event, 'level')">
          @for (one of levels(); track one) {
            <option [value]="one" [selected]="one === request().level">{{ levelName(one) }}</option>
          }
        </select>
      </label>
      <label>
        Direction
        <select aria-label="Direction" (change)="choose($event, 'approach_dir')">
          <option value="">both</option>
          @for (one of approaches; track one) {
            <option [value]="one" [selected]="one === request().approachDir">{{ named(one) }}</option>
          }
        </select>
      </label>
      <label>
        Setup
        <select aria-label="Setup" (change)="choose($event, 'setup')">
          @for (one of setups; track one) {
            <option [value]="one" [selected]="one === request().setup">{{ named(one) }}</option>
          }
        </select>
      </label>
      <label>
        Kind
        <select aria-label="Kind" (change)="choose($event, 'kind')">
          <option value="">any</option>
          @for (one of kinds(); track one) {
            <option [value]="one" [selected]="one === request().kind">{{ named(one) }}</option>
          }
        </select>
      </label>
      <label>
        From
        <input aria-label="From date" type="date" [value]="request().first" (change)="choose($event, 'first')" />
      </label>
      <label>
        to
        <input aria-label="To date" type="date" [value]="request().last" (change)="choose($event, 'last')" />
      </label>
      <label>
        Between
        <input aria-label="Between, New York time" type="time" [value]="request().from" (change)="choose($event, 'from')" />
      </label>
      <label>
        and
        <input aria-label="and, New York time" type="time" [value]="request().to" (change)="choose($event, 'to')" />
        NY
      </label>
      <label>
        Known as of
        <select aria-label="Known as of" (change)="choose($event, 'as_of_s')">
          <option [value]="lakeEnd" [selected]="request().asOfS === null">the lake’s end</option>
          @for (moment of moments(); track moment.s) {
            <option [value]="moment.s" [selected]="moment.s === request().asOfS">{{ moment.text }}</option>
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
  readonly request = input.required<SetupsRequest>();
  readonly roots = input.required<string[]>();
  readonly list = input.required<SetupList | null>();
  /** Moments on offer beside the lake's end. */
  readonly moments = input.required<{ s: number; text: string }[]>();
  readonly ask = output<Params>();
  protected readonly approaches = APPROACHES;
  protected readonly setups = SETUPS;
  protected readonly lakeEnd = LAKE_END;
  protected readonly named = named;
  protected readonly levels = computed(() => withOwn(this.list()?.levels, this.request().level));
  protected readonly kinds = computed(() => withOwn(this.list()?.kinds, this.request().kind));

  protected levelName(levelId: string): string {
    return this.list()?.level_names[levelId] ?? levelId;
  }

  protected choose(event: Event, name: string): void {
    const value = (event.target as HTMLInputElement | HTMLSelectElement).value;
    this.ask.emit({ [name]: value || null, pick: null, beside: null });
  }
}

/** What can be chosen, and what is chosen now. */
function withOwn(offered: readonly string[] | undefined, own: string): string[] {
  const all = offered ?? [];
  return own === '' || all.includes(own) ? [...all] : [own, ...all];
}
