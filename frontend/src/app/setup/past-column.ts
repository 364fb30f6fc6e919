import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { DrawnNeighbour, SetupAnswer } from '../api/schema';
import { Replay } from '../board/replay';
import { newYork } from '../ui/new-york';
import { PanelState, READY } from '../ui/panel-state';
import { openSetups } from './all-setups';
import { Fan } from './fan';
import { MidPath } from './mini-path.geometry';
import { Outcomes } from './outcomes';
import { ownPath } from './own-path';
import { shownAnswer } from './shown-answer';
import { standing } from './standing';
import { Tiles } from './tiles';
import { Why } from './why';

/** The column of the past: where similar setups went, what they did, why these, and the nearest of them. */
@Component({
  selector: 'sp-past',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Fan, Outcomes, Why, Tiles],
  template: `
    <sp-fan
      [answer]="setup()"
      [state]="state()"
      [ownPath]="ownPath()"
      [levelName]="levelName()"
      [windowS]="windowS()"
      [past]="pastSetup()"
    />
    @if (setup() !== null || state().kind === 'loading') {
      <sp-outcomes [answer]="setup()" [state]="state()" />
      <sp-why [answer]="setup()" [state]="state()" />
      <sp-tiles [answer]="setup()" [state]="state()" [windowS]="windowS()" [past]="pastSetup()" (opened)="open($event)" (all)="openAll()" />
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 8px;
      min-width: 0;
      min-height: 0;
    }
    sp-fan {
      flex: 1 0 190px;
    }
    sp-outcomes,
    sp-why,
    sp-tiles {
      flex: none;
    }
    /* Where the column is too low for all four, the nearest six are on the setups' screen alone. */
    @media (min-width: 1280px) and (max-width: 1599px) and (max-height: 959px), (min-width: 1600px) and (max-height: 879px) {
      sp-tiles {
        display: none;
      }
    }
    @media (max-width: 1279px) {
      sp-fan {
        flex: none;
        height: 320px;
      }
    }
  `,
})
export class PastColumn {
  private readonly replay = inject(Replay);

  private readonly answer = computed(() => shownAnswer(this.replay.setup().answer, this.replay.cursorS()));
  private readonly standing = standing(() => ({ answer: this.answer(), data: this.replay.day(), index: this.replay.cursor() }));
  /** Price comes to the level and tests it not yet: what a test before was like says nothing of this one. */
  private readonly isApproaching = computed(() => this.standing() === 'past' && this.replay.approach() !== null);
  protected readonly setup = computed(() => (this.isApproaching() ? null : this.answer()), { equal: isSameSetup });
  protected readonly state = computed<PanelState>(() => {
    if (this.isApproaching())
      return { kind: 'empty', message: 'Price comes to the level. Similar setups are looked up once it is tested.', fix: null };
    if (this.setup() === null) return this.replay.setup().state;
    const day = this.replay.dayState();
    return day.kind === 'stale' ? day : READY;
  });
  protected readonly ownPath = computed((): MidPath => {
    const [answer, data] = [this.answer(), this.replay.day()];
    return answer === null || data === null ? [] : ownPath(answer, data, this.replay.cursor());
  });
  protected readonly levelName = computed(() => {
    const id = this.setup()?.setup.level_id ?? '';
    return this.replay.day()?.levelName(id) ?? id;
  });
  protected readonly windowS = computed(() => this.replay.day()?.day.window_s ?? NaN);
  /** Time of the setup that these are similar to, where it is over; null while it is the present one. */
  protected readonly pastSetup = computed(() => {
    const answer = this.answer();
    return answer !== null && this.standing() === 'past' && !this.isApproaching() ? newYork(answer.setup.ts_s) : null;
  });

  protected openAll(): void {
    openSetups(this.replay);
  }

  protected open({ symbol, session_date, ts_s, level_id, approach_dir }: DrawnNeighbour): void {
    this.replay.open(symbol, session_date, ts_s, level_id, approach_dir);
  }
}

/** An answer fetched again at a later moment about the same trigger draws nothing anew but its own path. */
function isSameSetup(a: SetupAnswer | null, b: SetupAnswer | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.version === b.version &&
    a.setup.ts_s === b.setup.ts_s &&
    a.setup.level_id === b.setup.level_id &&
    a.setup.approach_dir === b.setup.approach_dir
  );
}
