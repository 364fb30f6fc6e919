import { ChangeDetectionStrategy, Component, DOCUMENT, ElementRef, afterRenderEffect, computed, inject, viewChild } from '@angular/core';
import { firesAt, firesText } from '../board/day-events';
import { Replay } from '../board/replay';
import { newYork } from '../ui/new-york';
import { PanelFrame } from '../ui/panel-frame';
import { throttled } from '../ui/throttled';
import { eventLines } from './events.geometry';

const UPDATE_MS = 100;
/** Boards on which the list has a place of its own; `events.css` has the same width. */
const ROOMY = '(min-width: 1600px)';

/**
 * What happened at the chosen level and to the walls up to the cursor, newest first.
 *
 * On a board of 1280 to 1599 px it is hidden until the reader asks for it, and then lies over the other levels.
 */
@Component({
  selector: 'sp-events',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  template: `
    <sp-panel heading="Events" [unit]="unit()" [state]="replay.tableState('events')">
      <div class="scroll" role="region" aria-label="Events, newest first" tabindex="0" (blur)="left()" #list>
        <ol reversed>
          @for (line of view().lines; track line.key) {
            <li [class.fire]="line.isFire">
              <time>{{ line.time }}</time>
              <span class="glyph" [class]="line.side" aria-hidden="true">{{ line.glyph }}</span>
              <span class="text">{{ line.text }}</span>
            </li>
          } @empty {
            <li class="muted">{{ none() }}</li>
          }
          @if (view().older > 0) {
            <li class="muted">{{ view().older }} earlier ones are not listed.</li>
          }
        </ol>
      </div>
    </sp-panel>
  `,
  styleUrl: './events.css',
  host: { '[class.open]': 'replay.eventsOpen()' },
})
export class EventsPanel {
  protected readonly replay = inject(Replay);
  private readonly window = inject(DOCUMENT).defaultView;
  private readonly list = viewChild<ElementRef<HTMLElement>>('list');

  private readonly frame = throttled(() => {
    const data = this.replay.day();
    data?.revision();
    return { events: data?.events ?? [], atS: this.replay.cursorS(), levelId: this.replay.level() };
  }, UPDATE_MS);

  protected readonly view = computed(() => {
    const { events, levelId, atS } = this.frame();
    return eventLines(events, levelId, atS);
  });
  /** The level's fires of the day; its name while there is none. */
  protected readonly unit = computed(() => {
    const { events, levelId, atS } = this.frame();
    return firesText(firesAt(events, levelId, atS)) || (this.replay.day()?.levelName(levelId) ?? '');
  });
  protected readonly none = computed(() => {
    const { atS } = this.frame();
    return Number.isNaN(atS) ? '' : `Nothing up to ${newYork(atS)}.`;
  });

  constructor() {
    afterRenderEffect({
      write: () => {
        if (this.replay.eventsOpen()) this.list()?.nativeElement.focus({ preventScroll: true });
        else this.list()?.nativeElement.blur();
      },
    });
  }

  /** Where the list always stands, it was open while it had the focus. */
  protected left(): void {
    if (this.window?.matchMedia?.(ROOMY).matches) this.replay.closeEvents();
  }
}
