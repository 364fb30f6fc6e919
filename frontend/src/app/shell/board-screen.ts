import { ChangeDetectionStrategy, Component, DestroyRef, inject } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { ActivatedRoute } from '@angular/router';
import { addressOf } from '../board/address';
import { Replay } from '../board/replay';
import { Transport } from '../board/transport';
import { HeatPanel } from '../heatmap/heat';
import { LadderPanel } from '../ladder/ladder';
import { CandlesPanel } from '../market/candles';
import { ConditionsPanel } from '../physics/conditions';
import { PastColumn } from '../setup/past-column';
import { Verdict } from '../setup/verdict';

/** The board: one moment of one day, and what followed similar ones. */
@Component({
  selector: 'sp-board',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CandlesPanel, HeatPanel, ConditionsPanel, LadderPanel, PastColumn, Transport, Verdict],
  template: `
    <h1 class="hidden">Board {{ replay.symbol() }} {{ replay.date() }}</h1>
    <sp-verdict />
    <div class="panels">
      <sp-candles />
      <sp-heat />
      <sp-conditions />
      <sp-ladder />
      <sp-past />
    </div>
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
