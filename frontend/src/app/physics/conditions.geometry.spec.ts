import { MEAN_WINDOWS, counters, markOf, recentMean, type Measured } from './conditions.geometry';

const SCALE = { noise: 0.2, full: 1 };

describe('four conditions', () => {
  it('lets bids that leave count for down, and bids that come for up', () => {
    expect([2, 3].map((condition) => markOf(condition, 0.5, NaN, SCALE).side)).toEqual(['down', 'down']);
    expect([2, 3].map((condition) => markOf(condition, -0.5, NaN, SCALE).side)).toEqual(['up', 'up']);
  });

  it('lets asks that leave count for both ways, and asks that come for neither', () => {
    expect([0, 1].map((condition) => markOf(condition, 0.5, NaN, SCALE).side)).toEqual(['both', 'both']);
    expect([0, 1].map((condition) => markOf(condition, -0.5, NaN, SCALE).side)).toEqual(['neither', 'neither']);
  });

  it('shows as many triangles each way as the counters say, where nothing is noise', () => {
    const sharp = { noise: 0, full: 1 };
    for (let signs = 0; signs < 16; signs++) {
      const measured = [0, 1, 2, 3].map((bit) => (signs & (1 << bit) ? 0.4 : -0.4)) as unknown as Measured;
      const sides = measured.map((value, condition) => markOf(condition, value, NaN, sharp).side);
      const { up, down } = counters(measured);
      expect(sides.filter((side) => side === 'up' || side === 'both')).toHaveLength(up.count);
      expect(sides.filter((side) => side === 'down' || side === 'both')).toHaveLength(down.count);
    }
  });

  it('draws the bar to the right where there is more room up, at most to the edge', () => {
    expect(markOf(0, 0.5, NaN, SCALE).share).toBe(0.5);
    expect(markOf(3, 0.5, NaN, SCALE).share).toBe(-0.5);
    expect(markOf(1, 7, NaN, SCALE).share).toBe(1);
  });

  it('calls what lies inside the noise band noise, its edge included', () => {
    expect(markOf(0, 0.2, NaN, SCALE).side).toBe('noise');
    expect(markOf(2, -0.2, NaN, SCALE).side).toBe('noise');
    expect(markOf(0, 0.21, NaN, SCALE).side).toBe('both');
    expect(markOf(0, 0.21, NaN, SCALE).band).toBe(0.2);
  });

  it('turns the mean of two minutes to the same side as the bar', () => {
    expect(markOf(2, 0.5, 0.3, SCALE).mean).toBeCloseTo(-0.3);
    expect(markOf(2, 0.5, NaN, SCALE).mean).toBeNull();
  });

  it('draws no bar and no band without a scale of the past, and still says the side', () => {
    expect(markOf(2, -0.5, 0.3, null)).toEqual({ value: 0.5, side: 'up', share: 0, mean: null, band: 0 });
  });

  it('says nothing of a condition that was not measured', () => {
    expect(markOf(0, NaN, NaN, SCALE)).toEqual({ value: NaN, side: 'none', share: 0, mean: null, band: 0.2 });
  });

  it('counts conditions 1 and 2 both ways, 3 and 4 one way', () => {
    const { up, down } = counters([0.1, 0.1, -0.1, 0.1]);
    expect(down).toEqual({ met: [true, true, false, true], count: 3 });
    expect(up).toEqual({ met: [true, true, true, false], count: 3 });
  });

  it('counts asks that come for neither way', () => {
    const { up, down } = counters([-1, -1, 1, 1]);
    expect([up.count, down.count]).toEqual([0, 2]);
  });

  it('counts no condition that is 0 or not measured', () => {
    const { up, down } = counters([0, NaN, 0, NaN]);
    expect([up.count, down.count]).toEqual([0, 0]);
  });

  it('takes the mean of two minutes, of the measured windows only', () => {
    const column = new Float32Array(40).fill(NaN);
    column[0] = 1000;
    column[30] = 1;
    column[39 - MEAN_WINDOWS + 1] = 3;
    expect(recentMean(column, 39)).toBe(2);
    expect(recentMean(column, 14)).toBe(1000);
    expect(recentMean(new Float32Array(3).fill(NaN), 2)).toBeNaN();
  });
});
