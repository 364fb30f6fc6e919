import { Colours, channels } from '../ui/palette';
import { UNSEEN } from './pooling';

/** End colours of the heat, from nothing resting to the cut-off, and the colour where no window reached. */
export interface Ramp {
  nothing: string;
  most: string;
  unseen: string;
}

/** Share of the way to the text colour at which the ramp ends: marks drawn over the brightest heat still stand out. */
const REACH = 0.72;

/** The neutral ramp of a theme: from whichever of its two surfaces is farther from the text towards the text colour. */
export function ramp(colours: Colours): Ramp {
  const dark = brightness(colours.text) > brightness(colours.bg);
  const [nothing, unseen] = [colours.bg, colours.panel].sort((a, b) => (dark ? 1 : -1) * (brightness(a) - brightness(b)));
  return { nothing, unseen, most: hex(mix(channels(nothing), channels(colours.text), REACH)) };
}

/** Colours of UNSEEN and of 0 to 255 as an image holds them (red, green, blue, opacity in memory order), at place value + 1. */
export function rampTable({ nothing, most }: Ramp): Uint32Array {
  const table = new Uint32Array(257);
  const bytes = new Uint8ClampedArray(table.buffer);
  const [from, to] = [channels(nothing), channels(most)];
  for (let value = 0; value < 256; value++) bytes.set([...mix(from, to, value / 255), 255], 4 * (value - UNSEEN));
  return table;
}

function mix(from: number[], to: number[], share: number): number[] {
  return from.map((channel, i) => Math.round(channel + (to[i] - channel) * share));
}

function hex(colour: number[]): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function brightness(colour: string): number {
  return channels(colour).reduce((sum, channel) => sum + channel, 0);
}
