import { ChangeDetectionStrategy, Component, ElementRef, computed, effect, inject, input, signal, viewChild } from '@angular/core';
import { SetupAnswer } from '../api/schema';
import { PanelFrame } from '../ui/panel-frame';
import { PanelState } from '../ui/panel-state';
import { FanData, FanSize, fanInWords, fanRows, layoutFan } from './fan.geometry';
import { MidPath } from './mini-path.geometry';

/** Fewer setups make no fan; the server sends none. */
const SETUPS_MIN = 8;
/** Px below which the words are the shorter ones. */
const NARROW = 400;

/** Where similar setups went from here, and what is usual: the middle, and where 8 of 10 were. */
@Component({
  selector: 'sp-fan',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [PanelFrame],
  templateUrl: './fan.html',
  styleUrl: './fan.css',
})
export class Fan {
  readonly answer = input.required<SetupAnswer | null>();
  readonly state = input.required<PanelState>();
  /** The setup's own path up to the cursor. */
  readonly ownPath = input.required<MidPath>();
  readonly levelName = input.required<string>();
  readonly windowS = input.required<number>();
  /** New York time of the setup where its test is over; null while it is the present one. */
  readonly past = input.required<string | null>();

  private readonly plot = viewChild<ElementRef<HTMLElement>>('plot');
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
  private readonly width = signal(432);
  private readonly size = signal<FanSize>({ width: 410, height: 300 });
  protected readonly isNarrow = computed(() => this.width() < NARROW);

  private readonly setups = computed(() => this.answer()?.seen.setups ?? 0);
  protected readonly heading = computed(() => {
    if (this.past() !== null) return 'No setup now';
    return this.setups() === 0 ? 'Similar setups' : `${this.setups()} similar setups`;
  });
  protected readonly unit = computed(() => {
    if (this.isNarrow() || this.state().kind === 'stale') return '';
    return this.past() !== null ? this.similar() : this.data() === null ? '' : `ticks from ${this.levelName()}`;
  });
  /** What the lines are. */
  protected readonly legend = computed(() => {
    if (!this.isNarrow()) return `path of the mid · solid: these${this.usual()}`;
    return this.past() === null ? `ticks from ${this.levelName()}${this.usual()}` : this.similar();
  });
  /** Why there is no fan; null where there is one. */
  protected readonly missing = computed(() => {
    const answer = this.answer();
    if (answer === null || answer.fan !== null) return null;
    if (this.setups() === 0) return answer.strangeness;
    return this.setups() < SETUPS_MIN ? `too few setups for a fan: ${this.setups()}` : 'the paths of these setups are not in the lake';
  });
  protected readonly strange = computed(() => this.answer()?.nothing_like_it ?? false);
  private readonly data = computed((): FanData | null => {
    const answer = this.answer();
    if (answer === null || answer.fan === null) return null;
    return {
      fan: answer.fan,
      ownPath: this.ownPath(),
      barrierTicks: answer.setup.barrier_ticks,
      horizonS: answer.horizon_s,
      windowS: this.windowS(),
      moment: this.past() === null ? 'now' : 'then',
    };
  });
  protected readonly layout = computed(() => {
    const data = this.data();
    return data === null ? null : layoutFan(data, this.size());
  });
  protected readonly summary = computed(() => {
    const data = this.data();
    return data === null ? '' : fanInWords(data, this.setups(), this.levelName());
  });
  protected readonly rows = computed(() => fanRows(this.data()!.fan));

  constructor() {
    effect((onCleanup) => {
      const observer = new ResizeObserver(([{ contentRect }]) => this.width.set(contentRect.width));
      observer.observe(this.host);
      onCleanup(() => observer.disconnect());
    });
    effect((onCleanup) => {
      const plot = this.plot()?.nativeElement;
      if (plot === undefined) return;
      const observer = new ResizeObserver(([{ contentRect }]) => {
        if (contentRect.width > 0) this.size.set({ width: contentRect.width, height: contentRect.height });
      });
      observer.observe(plot);
      onCleanup(() => observer.disconnect());
    });
  }

  /** Of how many tests the dashed lines are; empty where too few are known to draw them. */
  private usual(): string {
    const fan = this.data()?.fan;
    return fan?.base_q50.some((ticks) => ticks !== null) ? ` · dashed: usual, ${fan.base_setups} tests` : '';
  }

  private similar(): string {
    return `similar to the last one, ${this.past()}`;
  }
}
