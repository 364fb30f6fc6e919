import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Replay } from '../board/replay';

/** Says once, for the whole board, that its figures are of a past day played again, or of no market at all; a stripe above says it too. */
@Component({
  selector: 'sp-watermark',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.synthetic]': 'isSynthetic()' },
  template: `
    @if (text()) {
      <span class="stripe" aria-hidden="true"></span>
      <span class="chip" [title]="isSynthetic() ? 'simulated data, no market' : 'a past day, played again'">{{ text() }}</span>
    }
  `,
  styles: `
    :host {
      --ink: var(--muted);
    }
    :host(.synthetic) {
      --ink: var(--or);
    }
    .stripe {
      position: fixed;
      z-index: 4;
      inset: 0 0 auto;
      height: 4px;
      background: repeating-linear-gradient(-45deg, var(--ink) 0 8px, transparent 8px 14px);
    }
    .chip {
      padding: 3px 10px;
      color: var(--ink);
      font-size: 12px;
      font-weight: 650;
      letter-spacing: 0.05em;
      white-space: nowrap;
      border: 1.5px solid var(--ink);
      border-radius: 6px;
    }
  `,
})
export class Watermark {
  private readonly replay = inject(Replay);
  protected readonly isSynthetic = this.replay.synthetic;
  protected readonly text = computed(() => {
    if (!this.replay.day()) return '';
    return `REPLAY ${this.replay.speed()}×${this.isSynthetic() ? ' · SYNTHETIC DATA' : ''}`;
  });
}
