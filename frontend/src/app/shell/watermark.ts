import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Replay } from '../board/replay';

const TITLES = {
  LIVE: 'the market as it comes',
  REVIEW: 'an earlier moment of a day that goes on',
  REPLAY: 'a past day, played again',
};

/** Says once, for the whole board, whether its figures are of now, of before or of a past day, and of no market at all; a stripe above says it too. */
@Component({
  selector: 'sp-watermark',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[class.synthetic]': 'isSynthetic()', '[class.live]': 'showing() === "LIVE"' },
  template: `
    @if (text()) {
      <span class="stripe" aria-hidden="true"></span>
      <span class="chip" [title]="title()">{{ text() }}</span>
    }
  `,
  styles: `
    :host {
      --ink: var(--muted);
    }
    :host(.live) {
      --ink: var(--strong);
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
    :host(.live:not(.synthetic)) .stripe {
      background: var(--ink);
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
  protected readonly showing = this.replay.live.showing;
  protected readonly title = computed(() => (this.isSynthetic() ? 'simulated data, no market' : TITLES[this.showing()]));
  protected readonly text = computed(() => {
    if (!this.replay.day()) return '';
    const detail = { LIVE: '', REVIEW: `, ${this.replay.live.behind()}`, REPLAY: ` ${this.replay.speed()}×` };
    return `${this.showing()}${detail[this.showing()]}${this.isSynthetic() ? ' · SYNTHETIC DATA' : ''}`;
  });
}
