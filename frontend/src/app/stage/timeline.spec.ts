import { chance } from '../ui/chance.fixture';
import { LENS_S, Timeline } from './timeline';

const UNTIL_S = 1_760_450_000;

describe('the time axis', () => {
  it('ends at the cursor and has the lens on a scale of its own', () => {
    const axis = new Timeline(UNTIL_S, 1800, 600, true);
    expect([axis.toX(axis.fromS), axis.toX(UNTIL_S)]).toEqual([0, 600]);
    expect(axis.seamS).toBe(UNTIL_S - LENS_S);
    expect(axis.toX(axis.seamS)).toBe(axis.seamX);
    expect(axis.seamX).toBe(324);
    const lens = (axis.width - axis.seamX) / LENS_S;
    expect(lens).toBeGreaterThan(4 * axis.perS);
  });

  it('is one scale without a lens', () => {
    const axis = new Timeline(UNTIL_S, 1800, 600, false);
    expect(axis.hasLens).toBe(false);
    expect(axis.toX(UNTIL_S - 900)).toBe(300);
  });

  it('reads back the moment of a pixel, and time never runs backwards', () => {
    const next = chance(3);
    for (const hasLens of [true, false]) {
      const axis = new Timeline(UNTIL_S, 3600, 500, hasLens);
      let before = -Infinity;
      for (let step = 0; step < 200; step++) {
        const s = axis.fromS + next() * (UNTIL_S - axis.fromS);
        expect(axis.toS(axis.toX(s))).toBeCloseTo(s, 3);
        const x = axis.toX(axis.fromS + (step / 200) * (UNTIL_S - axis.fromS));
        expect(x).toBeGreaterThan(before);
        before = x;
      }
    }
  });

  it('labels both scales, none right of the cursor', () => {
    const marks = new Timeline(UNTIL_S, 1800, 600, true).marks();
    expect(marks.some(({ x }) => x < 324)).toBe(true);
    expect(marks.some(({ x }) => x > 324)).toBe(true);
    expect(marks.every(({ s, x }) => s <= UNTIL_S && x <= 600)).toBe(true);
  });
});
