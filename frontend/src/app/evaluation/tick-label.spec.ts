import { tickLabel } from './tick-label';

describe('the ticks of an axis', () => {
  it('a skill has its sign, zero has none', () => {
    expect([0.02, 0, -0.005].map((value) => tickLabel(value, 'skill'))).toEqual(['+0.02', '0', '−0.005']);
  });

  it('a share is in percent', () => {
    expect([0.9, 0.925, 1].map((value) => tickLabel(value, 'share'))).toEqual(['90 %', '92.5 %', '100 %']);
  });

  it('other values have three digits that count and no sign of their own', () => {
    expect([0.123456, 12, -0.5].map((value) => tickLabel(value, 'plain'))).toEqual(['0.123', '12', '−0.5']);
  });
});
