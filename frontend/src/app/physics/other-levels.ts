import { ChangeDetectionStrategy, Component, Injector, computed, inject, signal } from '@angular/core';
import type { Approach } from '../api/approach';
import { Meanings } from '../api/meanings';
import { Replay } from '../board/replay';
import { PanelFrame } from '../ui/panel-frame';
import { throttled } from '../ui/throttled';
import { named } from '../ui/words';
import { OtherLevel, otherLevels } from './other-levels.geometry';

const UPDATE_MS = 100;

/** The board's other levels, nearest first: one click makes any the chosen one. Above them any level of the day, and the direction. */
@Component({
  selector: 'sp-other-levels',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  templateUrl: './other-levels.html',
  styleUrl: './other-levels.css',
  host: { '[class.covered]': 'replay.eventsOpen()', '(pointerenter)': 'fetchMeanings()', '(focusin)': 'fetchMeanings()' },
})
export class OtherLevelsPanel {
  protected readonly replay = inject(Replay);
  private readonly injector = inject(Injector);
  protected readonly below: Approach = 'from_below';
  private readonly meanings = signal<Meanings | null>(null);

  private readonly frame = throttled(() => {
    const data = this.replay.day();
    data?.revision();
    return { data, index: this.replay.cursor(), levelIds: this.replay.boardLevels(), chosen: this.replay.level() };
  }, UPDATE_MS);

  protected readonly data = this.replay.day;
  protected readonly levels = computed(() => this.data()?.day.levels ?? []);
  protected readonly direction = computed(() => named(this.replay.approachDir()));
  protected readonly rows = computed(() => {
    const { data, index, levelIds, chosen } = this.frame();
    data?.horizonS();
    return data === null || index < 0 ? [] : otherLevels(data, levelIds, chosen, index);
  });

  /** What a level is; its figures alone until its meaning is there. */
  protected title({ levelId, says }: OtherLevel): string {
    const meaning = this.meanings()?.levels().get(levelId)?.meaning;
    return meaning ? `${says}\n${meaning}` : says;
  }

  protected meaning(levelId: string): string {
    return this.meanings()?.levels().get(levelId)?.meaning ?? '';
  }

  /** Meanings are fetched when they may be read, once for the page. */
  protected fetchMeanings(): void {
    if (this.meanings() === null) this.meanings.set(this.injector.get(Meanings));
  }
}
