import { ChangeDetectionStrategy, Component, DestroyRef, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { ActivatedRoute } from '@angular/router';
import { addressOf } from '../board/address';
import { Replay } from '../board/replay';
import { Transport } from '../board/transport';
import { ConditionsPanel } from '../physics/conditions';
import { EventsPanel } from '../physics/events';
import { OtherLevelsPanel } from '../physics/other-levels';
import { PastColumn } from '../setup/past-column';
import { Verdict } from '../setup/verdict';
import { Stage } from '../stage/stage';

/** The board: one moment of one day, and what followed similar ones. */
@Component({
  selector: 'sp-board',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [ConditionsPanel, EventsPanel, OtherLevelsPanel, PastColumn, Stage, Transport, Verdict],
  template: `
    <h1 class="hidden">Board {{ replay.symbol() }} {{ replay.date() }}</h1>
    <sp-verdict />
    <sp-stage />
    <div class="bottom">
      <sp-conditions />
      <sp-other-levels />
      <sp-events />
    </div>
    <sp-past />
    <sp-transport />
  `,
  styleUrl: './board-screen.css',
})
export class Board {
  protected readonly replay = inject(Replay);

  constructor() {
    inject(ActivatedRoute)
      .queryParamMap.pipe(takeUntilDestroyed())
      .subscribe((parameters) => void this.replay.restore(addressOf(parameters)));
    inject(DestroyRef).onDestroy(() => this.replay.pause());
  }
}
