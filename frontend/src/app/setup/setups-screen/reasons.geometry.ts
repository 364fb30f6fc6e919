import { Reason } from '../../api/schema';
import { signed } from '../../ui/format';

/** Bars reach to this many sigmas; what goes further ends at the edge and says its number. */
export const REACH_SIGMA = 4;

export interface SigmaBar {
  /** From the left edge, in percent of the track. */
  left: number;
  width: number;
  clipped: boolean;
}

/** A bar from the past's median, in the middle, to one setup's place. */
export function sigmaBar(sigma: number): SigmaBar {
  const bounded = Math.max(-REACH_SIGMA, Math.min(REACH_SIGMA, sigma));
  const width = (Math.abs(bounded) / REACH_SIGMA) * 50;
  return { left: bounded < 0 ? 50 - width : 50, width, clipped: Math.abs(sigma) > REACH_SIGMA };
}

/** `+1.8 σ`. */
export function sigma(value: number): string {
  return `${signed(value, 1)} σ`;
}

/** One reason in words. */
export function reasonInWords(reason: Reason, together: boolean): string {
  const share = `${Math.round(100 * reason.share)} % of ${together ? 'what they share' : 'their distance'}`;
  return `${reason.label}: this setup ${sigma(reason.query_sigma)}, the neighbour ${sigma(reason.neighbour_sigma)}, ${share}`;
}
