import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { BuildState } from './lake-health';

const GLYPHS: Record<BuildState, string> = { done: '✓', missing: '○', failed: '✕', stale: '◐' };

/** State of something built: glyph, word and colour. */
@Component({
  selector: 'sp-state-mark',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<span [class]="none() ? 'missing' : state()"
    ><i aria-hidden="true">{{ glyph() }}</i> {{ state() }}</span
  >`,
  styles: `
    span {
      white-space: nowrap;
    }
    i {
      display: inline-block;
      width: 1.1em;
      font-style: normal;
      text-align: center;
    }
    .done {
      color: var(--up);
    }
    .missing {
      color: var(--muted);
    }
    .failed {
      color: var(--alarm);
      font-weight: 600;
    }
    .stale {
      color: var(--down);
    }
  `,
})
export class StateMark {
  readonly state = input.required<BuildState>();
  /** Beside a count of none: nothing to be alarmed about, so it is muted. */
  readonly none = input(false);
  protected glyph(): string {
    return GLYPHS[this.state()];
  }
}
