import { channels, type ThemeName } from '../ui/palette';
import { CutOffs, UNSEEN } from './heat';

/** Neutral and monotone: from nothing to the brightest. Yellow and red mean level and alarm here. */
const STOPS: Record<ThemeName, readonly string[]> = {
  dark: ['#0e1217', '#182634', '#345468', '#7898ac', '#d4e4ec'],
  light: ['#eef1f5', '#d3dde6', '#9db3c4', '#587386', '#1d3345'],
};
const EXPONENT = 0.85;
/** Strength of the heat left of the lens. */
export const OLDER = 0.45;

/** Colours of sizes as an image holds them (red, green, blue, opacity in memory order); `strength` fades them towards nothing. */
export class Ramp {
  private readonly table = new Uint32Array(257);

  constructor(theme: ThemeName, strength: number) {
    const stops = STOPS[theme].map(channels);
    const bytes = new Uint8ClampedArray(this.table.buffer);
    for (let value = 0; value <= 256; value++) {
      const place = strength * (value / 256) ** EXPONENT * (stops.length - 1);
      const left = Math.min(stops.length - 2, Math.floor(place));
      stops[left].forEach((from, channel) => (bytes[4 * value + channel] = from + (stops[left + 1][channel] - from) * (place - left)));
      bytes[4 * value + 3] = 255;
    }
  }

  /** Colour of a size; what is unseen or below the dark cut-off looks like nothing. */
  of(contracts: number, { dark, bright }: CutOffs): number {
    if (contracts === UNSEEN || contracts <= dark) return this.table[0];
    return this.table[Math.min(256, Math.round((256 * (contracts - dark)) / (bright - dark)))];
  }
}

/** The ramp as a CSS gradient, for its legend. */
export function gradient(theme: ThemeName): string {
  return `linear-gradient(to right, ${STOPS[theme].join(', ')})`;
}

/** Colour of nothing. */
export function ground(theme: ThemeName): string {
  return STOPS[theme][0];
}
