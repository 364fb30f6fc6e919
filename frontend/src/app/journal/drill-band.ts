import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import type { DrillCall } from '../api/schema';
import { Drill } from '../board/drill';
import { lookOf } from '../setup/outcome';
import { horizon, named } from '../ui/words';

const CALLS: { call: DrillCall['call']; key: string }[] = [
  { call: 'BREAK', key: 'b' },
  { call: 'REJECT', key: 'r' },
  { call: 'NO EDGE', key: 'x' },
];

/** In the verdict's place while a drill runs: the question, then the call, how the test ended and what the answer said. */
@Component({
  selector: 'sp-drill-band',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (drill.moment(); as moment) {
      <section aria-label="The drill">
        @if (drill.call(); as call) {
          <div class="slab">
            <p class="muted">your call</p>
            <p class="side">{{ call.call }}</p>
          </div>
          <div>
            <p class="muted">what came within {{ within() }}</p>
            <p class="side" aria-live="polite">{{ ended() }}</p>
          </div>
          <div class="answer">
            <p class="muted">the answer at the moment</p>
            <p>
              <b>{{ call.slab }}</b>
            </p>
            <p>{{ call.said }}</p>
          </div>
          <div class="buttons">
            <button type="button" (click)="drill.start()">Next <kbd aria-hidden="true">d</kbd></button>
            <button type="button" (click)="drill.leave()">Leave <kbd aria-hidden="true">Esc</kbd></button>
          </div>
        } @else {
          <div class="slab">
            <p class="side">{{ moment.level_name }}</p>
            <p class="muted">tested {{ named(moment.approach_dir) }}, a past day</p>
          </div>
          <div class="answer">
            <p class="question">Break, reject, or no edge within {{ within() }}?</p>
            <p class="muted">Date, answer and everything later are hidden until you call. The arrows look back.</p>
          </div>
          <div class="buttons" role="group" aria-label="Your call">
            @for (one of calls; track one.call) {
              <button type="button" class="call" (click)="drill.decide(one.call)">
                {{ one.call }} <kbd aria-hidden="true">{{ one.key }}</kbd>
              </button>
            }
            <button type="button" (click)="drill.leave()">Leave <kbd aria-hidden="true">Esc</kbd></button>
          </div>
        }
      </section>
    }
  `,
  styleUrl: './drill-band.css',
})
export class DrillBand {
  protected readonly drill = inject(Drill);
  protected readonly calls = CALLS;
  protected readonly named = named;
  protected readonly within = computed(() => horizon(this.drill.moment()?.horizon_s ?? 0));
  /** How it ended, once the board has come to it. */
  protected readonly ended = computed(() => {
    const call = this.drill.call();
    if (call === null || !this.drill.isOver()) return 'playing on …';
    const { glyph, kind } = lookOf(call.outcome);
    if (call.call === 'NO EDGE') return `${glyph} ${kind}`;
    return `${glyph} ${kind}, ${kind === call.call ? 'right' : 'wrong'}`;
  });
}
