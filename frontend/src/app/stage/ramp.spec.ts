import { THEME_NAMES } from '../ui/palette';
import { UNSEEN } from './heat';
import { OLDER, Ramp } from './ramp';

const CUT = { dark: 5, bright: 40 };

function brightness(pixel: number): number {
  return (pixel & 0xff) + ((pixel >> 8) & 0xff) + ((pixel >> 16) & 0xff);
}

describe.each(THEME_NAMES)('the ramp of the %s theme', (theme) => {
  it.each([1, OLDER])('is monotone between its cut-offs at strength %d', (strength) => {
    const ramp = new Ramp(theme, strength);
    const steps = Array.from({ length: 50 }, (_, contracts) => brightness(ramp.of(contracts, CUT)));
    const turned = theme === 'dark' ? steps : steps.map((step) => -step);
    expect(turned).toEqual([...turned].sort((a, b) => a - b));
    expect(new Set(steps.slice(0, 6)).size).toBe(1);
    expect(new Set(steps.slice(40)).size).toBe(1);
    expect(ramp.of(UNSEEN, CUT)).toBe(ramp.of(0, CUT));
  });

  it('is weaker left of the lens', () => {
    const reach = (strength: number): number => {
      const ramp = new Ramp(theme, strength);
      return Math.abs(brightness(ramp.of(40, CUT)) - brightness(ramp.of(0, CUT)));
    };
    expect(reach(OLDER)).toBeLessThan(0.6 * reach(1));
  });
});
