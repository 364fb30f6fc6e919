import { chance } from '../ui/chance.fixture';
import { fan } from './answer.fixture';
import { FAN_LEFT, FanData, fanAt, fanInWords, fanRange, fanRows, layoutFan } from './fan.geometry';

const SIZE = { width: 400, height: 300 };
/** From 40 to 399 px across 960 s. */
const PX_PER_S = (399 - FAN_LEFT) / 960;

function data(over: Partial<FanData> = {}): FanData {
  const ownPath = [
    [-120, -6],
    [-5, -1],
    [0, 0],
  ] as const;
  return { fan: fan(), ownPath, barrierTicks: 8, horizonS: 360, windowS: 5, moment: 'now', ...over };
}

describe('the fan', () => {
  it('reaches from two minutes before to fourteen after', () => {
    const { left, right, triggerX, horizonX } = layoutFan(data(), SIZE);
    expect([left, right]).toEqual([40, 399]);
    expect(triggerX).toBeCloseTo(40 + 120 * PX_PER_S);
    expect(horizonX).toBeCloseTo(40 + 480 * PX_PER_S);
  });

  it('holds these and the barriers whole, and what is usual as far as it does not flatten them', () => {
    expect(fanRange(data())).toEqual([-20, 21]);
    expect(fanRange(data({ barrierTicks: 20 }))).toEqual([-30, 30]);
    const wild = fan({ base_q90: fan().base_q90.map((ticks) => 10 * ticks!) });
    expect(fanRange(data({ fan: wild }))[1]).toBeCloseTo(1.4 * 21);
  });

  it('draws nothing right of where price is but the quantiles', () => {
    const { own, here, triggerX } = layoutFan(data(), SIZE);
    expect(here!.x).toBeCloseTo(triggerX);
    const xs = [...own.matchAll(/[ML]([\d.]+) /g)].map(([, x]) => Number(x));
    expect(Math.max(...xs)).toBeLessThanOrEqual(triggerX + 0.05);
    expect(layoutFan(data({ ownPath: [] }), SIZE).here).toBeNull();
  });

  it('lifts the pen where a path or a quantile is missing', () => {
    expect(layoutFan(data(), SIZE).own.replaceAll(/[^ML]/g, '')).toBe('MML');
    const q50 = fan().q50.map((ticks, point) => (point === 3 ? null : ticks));
    expect(layoutFan(data({ fan: fan({ q50 }) }), SIZE).median.match(/M/g)).toHaveLength(2);
    const nothing = fan().q50.map(() => null);
    expect(layoutFan(data({ fan: fan({ q10: nothing, q50: nothing, q90: nothing }) }), SIZE)).toMatchObject({ band: '', dots: [] });
  });

  it('labels the quantiles at the horizon', () => {
    const { dots } = layoutFan(data(), SIZE);
    expect(dots.map(({ text }) => text)).toEqual(['90 % +9', 'median +3', '10 % −3']);
    expect(dots.every(({ anchor }) => anchor === 'start')).toBe(true);
    expect(layoutFan(data({ horizonS: 840 }), SIZE).dots.every(({ anchor }) => anchor === 'end')).toBe(true);
  });

  it('never lets labels overlap', () => {
    const next = chance(3);
    for (let trial = 0; trial < 200; trial++) {
      const grown = (ticks: number) => fan().t_s.map((s) => (ticks * s) / 840);
      const [low, mid, high] = [-60 * next(), 10 * next() - 5, 60 * next()];
      const drawn = fan({ q10: grown(low), q50: grown(mid), q90: grown(high) });
      const size = { width: 280 + 200 * next(), height: 130 + 300 * next() };
      const layout = layoutFan(data({ fan: drawn, barrierTicks: 8 + Math.floor(20 * next()) }), size);
      const left = [...layout.ticks.map(({ y }) => y), ...layout.barriers.map(({ labelY }) => labelY)].sort((a, b) => a - b);
      const dots = layout.dots.map(({ labelY }) => labelY).sort((a, b) => a - b);
      for (const ys of [left, dots]) for (let at = 1; at < ys.length; at++) expect(ys[at] - ys[at - 1]).toBeGreaterThanOrEqual(16 - 1e-9);
    }
  });

  it('says the moment, the horizon and the end in minutes, and leaves out what has no room', () => {
    const said = (width: number) => layoutFan(data(), { width, height: 300 }).minutes.map(({ text }) => text);
    expect(said(400)).toEqual(['+6 min', 'now', '+14 min', '+2 min']);
    expect(said(300)).toEqual(['+6 min', 'now', '+14 min']);
    expect(layoutFan(data(), SIZE).minutes.filter(({ isPrimary }) => isPrimary)).toMatchObject([{ text: '+6 min' }]);
    expect(layoutFan(data({ horizonS: 120, moment: 'then' }), SIZE).minutes.map(({ text }) => text)).toEqual(['+2 min', 'then', '+14 min']);
  });

  it('names both barriers with their direction', () => {
    const { barriers, levelY } = layoutFan(data(), SIZE);
    expect(barriers.map(({ text, direction }) => [text, direction])).toEqual([
      ['▲ 8', 'up'],
      ['▼ 8', 'down'],
    ]);
    expect(barriers[0].y).toBeLessThan(levelY);
    expect(barriers[1].y).toBeGreaterThan(levelY);
  });

  it('is said in words, and in rows', () => {
    expect(fanInWords(data(), 46, 'PM High')).toBe(
      '46 similar setups, ticks from PM High: after 6 minutes the median is +3, usually 0; 8 of 10 lie between −3 and +9.',
    );
    expect(fanInWords(data({ horizonS: 365 }), 46, 'PM High')).toBe('46 similar setups, ticks from PM High.');
    expect(fanAt(fan(), 365)).toBeNull();
    const rows = fanRows(fan({ q50: fan().q50.map(() => null) }));
    expect(rows).toHaveLength(29);
    expect(rows.at(-1)).toEqual({ after: '+14 min', ticks: ['−7', '–', '+21', '−20', '0', '+20'] });
    expect(rows[0].after).toBe('0 min');
  });
});
