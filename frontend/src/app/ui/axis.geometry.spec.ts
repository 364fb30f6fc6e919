import { axisTimes, spread } from './axis.geometry';
import { chance } from './chance.fixture';

/** 2025-10-14 09:30:00 in New York. */
const OPEN_S = 1760448600;

describe('spread', () => {
  it('leaves labels where they want to be when none overlap', () => {
    expect(spread([100, 20, 60], 16, 0, 200)).toEqual([100, 20, 60]);
  });

  it('piles two labels for one price around it', () => {
    expect(spread([50, 50], 16, 0, 200)).toEqual([42, 58]);
  });

  it('keeps a label whose price is out of sight at the edge', () => {
    expect(spread([-300, 900], 16, 0, 200)).toEqual([8, 192]);
  });

  it('never lets labels overlap, leave the axis or change their order while they fit', () => {
    const next = chance(1);
    for (let trial = 0; trial < 300; trial++) {
      const wanted = Array.from({ length: 1 + Math.floor(next() * 9) }, () => next() * 260 - 30);
      const centres = spread(wanted, 16, 0, 200);
      const pairs = wanted.map((y, i) => [y, centres[i]]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(Math.min(...centres)).toBeGreaterThanOrEqual(8 - 1e-9);
      expect(Math.max(...centres)).toBeLessThanOrEqual(192 + 1e-9);
      for (let i = 1; i < pairs.length; i++) expect(pairs[i][1] - pairs[i - 1][1]).toBeGreaterThanOrEqual(16 - 1e-9);
    }
  });
});

describe('axis', () => {
  it('has no label where the axis has no range', () => {
    expect(axisTimes(OPEN_S, OPEN_S, 100, 10)).toEqual([]);
  });

  it('labels times at round minutes', () => {
    expect(axisTimes(OPEN_S - 100, OPEN_S + 1300, 700, 100)).toEqual([OPEN_S, OPEN_S + 300, OPEN_S + 600, OPEN_S + 900, OPEN_S + 1200]);
  });
});
