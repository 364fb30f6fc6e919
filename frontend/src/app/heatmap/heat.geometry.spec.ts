import { HEAT_TICKS, NO_TICK } from '../api/day-data';
import { OPEN_S, walkedDay } from '../api/made-up-day.fixture';
import { chance } from '../ui/chance.fixture';
import { HeatFrame, centreTicks, heatFrame, heatLayout, largestResting } from './heat.geometry';

const SIZE = { width: 800, height: 300, ratio: 1 };

function day() {
  const data = walkedDay(1);
  data.levels.set('pm_high', { fromS: [OPEN_S], priceTicks: [27200] });
  data.levels.set('vwap', { fromS: [OPEN_S, OPEN_S + 120, OPEN_S + 240], priceTicks: [27190, 27191.5, 27193] });
  return data;
}
const frameAt = (data: ReturnType<typeof day>, count: number, span = 240): HeatFrame =>
  heatFrame(data, count, span, SIZE, ['pm_high', 'vwap'], 'pm_high')!;

describe('heatFrame', () => {
  it('draws no column, line, gap or label right of the cursor', () => {
    const data = day();
    for (let window = 0; window < data.windows; window += 5) data.marks[window] = 8;
    for (const span of [60, 240, 2000]) {
      for (let count = 1; count <= data.windows; count += 11) {
        const frame = frameAt(data, count, span);
        const cursorX = frame.toX(frame.untilS);
        expect(frame.untilS).toBe(data.endS(count - 1));
        expect(cursorX).toBeCloseTo(frame.layout.plot.right, 6);
        const starts = [...frame.quotes, ...frame.volumes, ...frame.times.map((s) => ({ s }))].map(({ s }) => frame.toX(s));
        const ends = [...frame.gaps, ...frame.lines.flatMap((line) => line.steps)].map(({ toS }) => frame.toX(toS));
        expect(Math.max(...starts, ...ends)).toBeLessThanOrEqual(cursorX + 1e-6);
      }
    }
  });

  it('is the same whatever the windows after the cursor hold', () => {
    const [calm, wild] = [day(), day()];
    for (let window = 300; window < wild.windows; window++) {
      wild.bid[window] = 20000;
      wild.ask[window] = 20001;
      wild.volume[window] = wild.buyVolume[window] = 1e6;
      wild.marks[window] = 8;
    }
    const strip = ({ toX, toY, ...rest }: HeatFrame): object => ({ ...rest, corners: [toX(OPEN_S), toY(27200)] });
    for (const pool of [240, 2000]) expect(strip(frameAt(wild, 300, pool))).toEqual(strip(frameAt(calm, 300, pool)));
  });

  it('sums each column’s volume and takes the outer best prices of its windows', () => {
    const data = day();
    const frame = frameAt(data, 601, 1600);
    expect(frame.pool).toBe(3);
    const last = frame.volumes.at(-1)!;
    expect([last.buy, last.sell]).toEqual([data.buyVolume[600], data.sellVolume[600]]);
    const column = frame.quotes.at(-2)!;
    expect(column.s).toBe(data.startS(597));
    expect([column.bid, column.ask]).toEqual([Math.min(...data.bid.slice(597, 600)), Math.max(...data.ask.slice(597, 600))]);
  });

  it('shows twelve points either side of its middle, a row a tick', () => {
    const frame = frameAt(day(), 400);
    expect(frame.high - frame.low).toBe(96);
    const row = frame.layout.plot.bottom / 97;
    expect(frame.toY(frame.high)).toBeCloseTo(row / 2, 6);
    expect(frame.toY(frame.low)).toBeCloseTo(frame.layout.plot.bottom - row / 2, 6);
  });

  it('is nothing before the first price', () => {
    const data = day();
    data.bid.fill(NO_TICK, 0, 20);
    expect(heatFrame(data, 20, 240, SIZE, [], 'pm_high')).toBeNull();
    expect(heatFrame(data, 21, 240, SIZE, [], 'pm_high')).not.toBeNull();
  });
});

describe('centreTicks', () => {
  it('keeps price in the picture however fast it runs', () => {
    const data = day();
    const next = chance(3);
    for (let window = 0; window < data.windows; window++) {
      data.bid[window] = (window ? data.bid[window - 1] : 27000) + Math.floor(next() * 41) - 17;
      data.ask[window] = data.bid[window] + 1;
    }
    for (let count = 1; count <= data.windows; count++) {
      expect(Math.abs(centreTicks(data, count, 48) - data.bid[count - 1])).toBeLessThan(48);
    }
  });

  it('stays where it is while price only trembles', () => {
    const data = day();
    for (let window = 0; window < data.windows; window++) {
      data.bid[window] = 27180 + (window % 2);
      data.ask[window] = data.bid[window] + 1;
    }
    const centres = Array.from({ length: 200 }, (_, i) => centreTicks(data, 100 + 2 * i, 48));
    expect(new Set(centres).size).toBe(1);
  });
});

describe('heatLayout', () => {
  it('keeps plot, volume, times and prices apart at every size', () => {
    for (const [width, height] of [
      [1200, 400],
      [420, 180],
    ]) {
      const { plot, volume, timeTop, priceLeft } = heatLayout({ width, height, ratio: 2 });
      expect(plot.bottom).toBeLessThan(volume.top);
      expect(volume.bottom).toBeLessThanOrEqual(timeTop);
      expect(plot.right).toBeLessThan(priceLeft);
    }
  });
});

describe('largestResting', () => {
  it('lists the largest sizes with their side, largest first', () => {
    const data = day();
    data.heat.fill(0, 500 * HEAT_TICKS, 501 * HEAT_TICKS);
    [data.bid[500], data.ask[500], data.heatBase[500]] = [27180, 27181, 27132];
    const rest = (ticks: number, value: number): void => void (data.heat[500 * HEAT_TICKS + ticks - 27132] = value);
    rest(27170, 412);
    rest(27190, 101);
    rest(27180, 64);
    expect(largestResting(data, 500, 2)).toEqual([
      { ticks: 27170, side: 'bid', contracts: 412 },
      { ticks: 27190, side: 'offer', contracts: 101 },
    ]);
  });

  it('lists none where there is no best bid', () => {
    const data = day();
    data.bid[500] = NO_TICK;
    expect(largestResting(data, 500, 5)).toEqual([]);
  });
});
