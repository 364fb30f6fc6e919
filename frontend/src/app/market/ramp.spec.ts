import { PALETTE, contrast } from '../ui/palette';
import { ramp, rampTable } from './ramp';

/** Relative luminance of each of the 256 colours, by WCAG 2.2. */
function luminances(table: Uint32Array): number[] {
  const bytes = new Uint8Array(table.buffer);
  const linear = (byte: number): number => (byte / 255 <= 0.04045 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
  return Array.from({ length: 256 }, (_, value) => {
    const at = 4 * (value + 1);
    return 0.2126 * linear(bytes[at]) + 0.7152 * linear(bytes[at + 1]) + 0.0722 * linear(bytes[at + 2]);
  });
}

describe('the heat ramp', () => {
  it('grows brighter with size in the dark theme and never falls back', () => {
    const steps = luminances(rampTable(ramp(PALETTE.dark)));
    for (let value = 1; value < 256; value++) expect(steps[value]).toBeGreaterThanOrEqual(steps[value - 1]);
    expect(steps[255]).toBeGreaterThan(steps[0] + 0.2);
  });

  it('grows darker with size in the light theme and never falls back', () => {
    const steps = luminances(rampTable(ramp(PALETTE.light)));
    for (let value = 1; value < 256; value++) expect(steps[value]).toBeLessThanOrEqual(steps[value - 1]);
    expect(steps[255]).toBeLessThan(steps[0] - 0.2);
  });

  it('is neutral: no channel leaves the others by more than a tint', () => {
    for (const colours of [PALETTE.dark, PALETTE.light]) {
      const bytes = new Uint8Array(rampTable(ramp(colours)).buffer);
      for (let value = 0; value < 256; value++) {
        const rgb = bytes.slice(4 * (value + 1), 4 * (value + 1) + 3);
        expect(Math.max(...rgb) - Math.min(...rgb)).toBeLessThanOrEqual(24);
      }
    }
  });

  it('ends where the cut-off differs from nothing resting by three to one', () => {
    for (const colours of [PALETTE.dark, PALETTE.light]) expect(contrast(ramp(colours).nothing, ramp(colours).most)).toBeGreaterThan(3);
  });

  it('leaves what no window reached transparent', () => {
    expect(rampTable(ramp(PALETTE.dark))[0]).toBe(0);
  });
});
