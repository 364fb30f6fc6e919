import { ChangeDetectionStrategy, Component, DestroyRef, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { ActivatedRoute, ParamMap } from '@angular/router';
import { addressOf } from '../board/address';
import { Drill } from '../board/drill';
import { Replay } from '../board/replay';
import { Transport } from '../board/transport';
import { DrillBand } from '../journal/drill-band';
import { DrillScorePanel } from '../journal/drill-score';
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
  imports: [ConditionsPanel, DrillBand, DrillScorePanel, EventsPanel, OtherLevelsPanel, PastColumn, Stage, Transport, Verdict],
  template: `
    <h1 class="hidden">Board {{ drill.moment() ? 'in a drill' : replay.symbol() + ' ' + replay.date() }}</h1>
    @if (drill.moment()) {
      <sp-drill-band />
    } @else {
      <sp-verdict />
    }
    <sp-stage />
    <div class="bottom">
      <sp-conditions />
      <sp-other-levels />
      <sp-events />
    </div>
    @if (drill.moment()) {
      <sp-drill-score />
    } @else {
      <sp-past />
      <sp-transport />
    }
  `,
  styleUrl: './board-screen.css',
})
export class Board {
  protected readonly replay = inject(Replay);
  protected readonly drill = inject(Drill);

  constructor() {
    inject(ActivatedRoute)
      .queryParamMap.pipe(takeUntilDestroyed())
      .subscribe((parameters) => void this.follow(parameters));
    inject(DestroyRef).onDestroy(() => this.replay.pause());
  }

  /** Shows what the URL says: a drill, or a moment. */
  private follow(parameters: ParamMap): Promise<void> {
    const drillId = parameters.get('drill');
    if (drillId !== null) return this.drill.resume(drillId);
    this.drill.leave();
    return this.replay.restore(addressOf(parameters));
  }
}
