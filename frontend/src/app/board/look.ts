import { Injectable, Signal, computed, signal } from '@angular/core';
import type { HorizonS } from '../api/day-data';

/** Strikes that the stage shows at most, and at least once the reader zooms in. */
export const MOST_ROWS = 21;
const LEAST_ROWS = 7;

/** How the reader looks at the stage, as the URL says it. */
export interface Look {
  /** Minutes of the time axis. */
  span: number;
  /** Percentiles of the heat's cut-offs. */
  dark: number;
  bright: number;
  heat: boolean;
  lens: boolean;
  /** Seconds that the axis ends before the cursor; 0 follows it. */
  backS: number;
  /** Strikes that the middle is moved up. */
  shift: number;
  /** Strikes wanted. */
  rows: number;
  /** Seconds over which the ladder sums, wanted: what is shown is over the day's own until those are there. */
  horizonS: HorizonS;
}

export const SPANS = [
  { name: '30 min', minutes: 30 },
  { name: '1 h', minutes: 60 },
  { name: 'session', minutes: 210 },
] as const;
export const HORIZONS_S: readonly HorizonS[] = [60, 120, 240];
const LEAST_MINUTES = 10;
const DARK = [0, 25, 50, 75, 90];
const BRIGHT = [80, 90, 95, 99, 99.9];

export const FIRST_LOOK: Look = {
  span: 30,
  dark: 50,
  bright: 99,
  heat: true,
  lens: true,
  backS: 0,
  shift: 0,
  rows: MOST_ROWS,
  horizonS: HORIZONS_S[0],
};

const FARTHEST = 400;

/** What a look may say, by its field: the value as it is shown, or null for one that is none. */
export const BOUNDS: { [Field in Exclude<keyof Look, 'heat' | 'lens'>]: (value: number) => Look[Field] | null } = {
  span: (value) => (value >= LEAST_MINUTES ? Math.round(value) : null),
  dark: (value) => (DARK.includes(value) ? value : null),
  bright: (value) => (BRIGHT.includes(value) ? value : null),
  backS: (value) => (value >= 0 ? Math.round(value) : null),
  shift: (value) => (Math.abs(value) <= FARTHEST ? Math.round(value) : null),
  rows: (value) => (value >= LEAST_ROWS && value <= MOST_ROWS ? Math.round(value) : null),
  horizonS: (value) => HORIZONS_S.find((horizonS) => horizonS === value) ?? null,
};

/** What the reader changed of the stage: spans, cut-offs, lens, and where it was panned to. */
@Injectable({ providedIn: 'root' })
export class StageLook {
  private readonly lookNow = signal<Look>(FIRST_LOOK);
  readonly now: Signal<Look> = this.lookNow.asReadonly();
  /** Whether the stage does not follow the cursor, or shows other prices than its own choice. */
  readonly isPanned: Signal<boolean> = computed(() => {
    const { backS, shift } = this.now();
    return backS > 0 || shift !== 0;
  });

  show(look: Look): void {
    this.lookNow.set(look);
  }

  setSpan(minutes: number, most: number): void {
    this.change({ span: Math.round(Math.min(most, Math.max(LEAST_MINUTES, minutes))) });
  }

  /** Moves the end of the time axis and the strikes. */
  pan(backS: number, shift: number): void {
    this.change({ backS: Math.max(0, Math.round(backS)), shift });
  }

  setRows(rows: number): void {
    this.change({ rows: Math.min(MOST_ROWS, Math.max(LEAST_ROWS, rows)) });
  }

  /** Back to the cursor and to the stage's own rows. */
  reset(): void {
    const { backS, shift, rows, span } = FIRST_LOOK;
    this.change({ backS, shift, rows, span });
  }

  toCursor(): void {
    this.pan(0, 0);
  }

  toggleHeat(): void {
    this.change({ heat: !this.now().heat });
  }

  toggleLens(): void {
    this.change({ lens: !this.now().lens });
  }

  nextHorizon(): void {
    const place = HORIZONS_S.indexOf(this.now().horizonS);
    this.change({ horizonS: HORIZONS_S[(place + 1) % HORIZONS_S.length] });
  }

  setHorizon(horizonS: HorizonS): void {
    this.change({ horizonS });
  }

  /** The next cut-off: of the dark, or of the bright. */
  moveCutOff(which: 'dark' | 'bright', direction: 1 | -1): void {
    const steps = which === 'dark' ? DARK : BRIGHT;
    const now = this.now()[which];
    const next = direction === 1 ? steps.find((step) => step > now) : steps.findLast((step) => step < now);
    if (next !== undefined) this.change({ [which]: next });
  }

  private change(part: Partial<Look>): void {
    this.lookNow.update((look) => ({ ...look, ...part }));
  }
}
