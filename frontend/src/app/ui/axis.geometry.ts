import { EpochS, Px } from './units';

/** Time steps that a trader reads at a glance, in seconds. */
const TIME_STEPS_S = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

/**
 * Centres of labels of one `height` that stay inside [top, bottom], do not overlap and lie as near to `wanted` as that allows.
 *
 * Labels that would overlap become one pile around the mean of what they want. Where they cannot all fit, the pile starts at `top`.
 */
export function spread(wanted: readonly Px[], height: Px, top: Px, bottom: Px): Px[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b]);
  const piles: { first: number; members: number[] }[] = [];
  const place = (members: number[]): number => {
    const first = members.reduce((sum, i, at) => sum + wanted[i] - at * height, 0) / members.length;
    return Math.max(top + height / 2, Math.min(bottom - (members.length - 0.5) * height, first));
  };
  for (const i of order) {
    let pile = { first: place([i]), members: [i] };
    while (piles.length && piles.at(-1)!.first + piles.at(-1)!.members.length * height > pile.first) {
      const members = [...piles.pop()!.members, ...pile.members];
      pile = { first: place(members), members };
    }
    piles.push(pile);
  }
  const centres = new Array<Px>(wanted.length);
  for (const { first, members } of piles) members.forEach((i, at) => (centres[i] = first + at * height));
  return centres;
}

/** Moments for an axis over [fromS, toS] of `width` pixels, labels at least `apart` pixels from one another. */
export function axisTimes(fromS: EpochS, toS: EpochS, width: Px, apart: Px): EpochS[] {
  if (!(toS > fromS) || width <= 0) return [];
  const atLeast = ((toS - fromS) * apart) / width;
  return multiples(fromS, toS, TIME_STEPS_S.find((step) => step >= atLeast) ?? 6 * 3600);
}

function multiples(low: number, high: number, step: number): number[] {
  const values: number[] = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) values.push(value);
  return values;
}
