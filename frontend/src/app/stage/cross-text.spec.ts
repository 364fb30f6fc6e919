import { HEAT_TICKS } from '../api/day-data';
import { walkedDay } from '../api/made-up-day.fixture';
import { crossText, pinnedText } from './cross-text';

describe('what the crosshair reads off', () => {
  const data = walkedDay(2, 10);
  data.heatBase.fill(27180);
  data.bid.fill(27187);
  const put = (window: number, strike: number, contracts: number): void => {
    data.heat.fill(0, window * HEAT_TICKS + strike - 27180, window * HEAT_TICKS + strike - 27180 + 4);
    data.heat[window * HEAT_TICKS + strike - 27180 + 1] = contracts;
  };
  put(100, 27192, 70);
  put(88, 27192, 79);
  put(52, 27192, 12);
  put(100, 27184, 31);

  it('is what rested then and what rests now, bids below the price and asks above it', () => {
    expect(crossText(data, 100, data.startS(88) + 1, 27194)).toBe('79 asks here then, 70 now');
    expect(crossText(data, 100, data.endS(100), 27192)).toBe('70 asks now');
    expect(crossText(data, 100, data.endS(100), 27185)).toBe('31 bids now');
  });

  it('says nothing of windows after the cursor', () => {
    expect(crossText(data, 88, data.startS(100), 27194)).toBe('79 asks now');
  });

  it('says of a pinned strike what rested a minute and four minutes ago', () => {
    expect(pinnedText(data, 100, 27192)).toBe('6798.00: 70 asks now, 79 a minute ago, 12 four minutes ago');
  });

  it('tells bids from asks where the touch cuts the strike, and names a side that changed', () => {
    const resting = (window: number, bid: number, contracts: number[]): void => {
      data.heat.set(contracts, window * HEAT_TICKS + 27188 - 27180);
      data.bid[window] = bid;
    };
    resting(100, 27189, [5, 4, 0, 4]);
    resting(88, 27187, [0, 20, 0, 3]);
    resting(52, 27195, [41, 0, 0, 0]);
    expect(pinnedText(data, 100, 27188)).toBe('6797.00: 9 bids and 4 asks now, 23 asks a minute ago, 41 bids four minutes ago');
    expect(crossText(data, 88, data.startS(52) + 1, 27188)).toBe('41 bids here then, 23 asks now');
  });

  it('says nothing of a strike that the window does not reach whole', () => {
    expect(crossText(data, 100, data.endS(100), 27180 + HEAT_TICKS - 1)).toBe('not seen now');
  });
});
