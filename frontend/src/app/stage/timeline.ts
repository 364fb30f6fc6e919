import { axisTimes } from '../ui/axis.geometry';
import { EpochS, Px } from '../ui/units';

/** Length of the lens: the last minutes, in which every window has a column of its own. */
export const LENS_S = 240;
/** Share of the chart's width that the lens takes. */
const LENS_SHARE = 0.46;
const APART: Px = 62;

/** A moment of the time axis that has its label. */
export interface TimeMark {
  s: EpochS;
  x: Px;
}

/**
 * Time to pixels: one axis that ends at `untilS`, on two scales. Left of the seam lies what is older, right of it the lens.
 *
 * Pure: the same span, end and width give the same axis.
 */
export class Timeline {
  readonly fromS: EpochS;
  /** Where the scales meet; `fromS` without a lens. */
  readonly seamS: EpochS;
  readonly seamX: Px;

  constructor(
    readonly untilS: EpochS,
    spanS: number,
    readonly width: Px,
    hasLens: boolean,
  ) {
    this.fromS = untilS - Math.max(spanS, hasLens ? 2 * LENS_S : LENS_S);
    this.seamS = hasLens ? untilS - LENS_S : untilS;
    this.seamX = hasLens ? Math.round(width * (1 - LENS_SHARE)) : width;
  }

  get hasLens(): boolean {
    return this.seamS < this.untilS;
  }

  /** Pixels of a second left of the seam. */
  get perS(): number {
    return this.seamX / (this.seamS - this.fromS);
  }

  readonly toX = (s: EpochS): Px =>
    s <= this.seamS
      ? this.seamX - (this.seamS - s) * this.perS
      : this.seamX + ((s - this.seamS) / (this.untilS - this.seamS)) * (this.width - this.seamX);

  toS(x: Px): EpochS {
    return x <= this.seamX
      ? this.seamS - (this.seamX - x) / this.perS
      : this.seamS + ((x - this.seamX) / (this.width - this.seamX)) * (this.untilS - this.seamS);
  }

  /** Labels of both scales. */
  marks(): TimeMark[] {
    const older = axisTimes(this.fromS, this.seamS, this.seamX, APART);
    const lens = this.hasLens ? axisTimes(this.seamS, this.untilS, this.width - this.seamX, APART) : [];
    return [...new Set([...older, ...lens])].map((s) => ({ s, x: this.toX(s) }));
  }
}
