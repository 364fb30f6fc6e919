import { DayData } from '../api/day-data';
import { level, madeUpDay, OPEN_S } from '../api/made-up-day.fixture';
import { otherLevels } from './other-levels.geometry';

describe('the other levels', () => {
  const ids = ['pm_high', 'or_high', 'vwap', 'pd_low', 'pd_close'];
  let data: DayData;
  let last: number;

  beforeEach(() => {
    const made = madeUpDay(10);
    data = new DayData({
      ...made,
      levels: [...made.levels, level('pd_low', 'PD Low', 'prior_day'), level('pd_close', 'PD Close', 'prior_day')],
    });
    data.known = data.windows;
    last = data.windows - 1;
    [data.bid[last], data.ask[last]] = [27194, 27196];
    data.addLevelStep('pm_high', OPEN_S, 27200);
    data.addLevelStep('vwap', OPEN_S, 27190);
    data.addLevelStep('pd_low', OPEN_S, 27140);
    data.addLevelStep('pd_close', OPEN_S, 27197);
    const columns = data.conditionsOf('vwap');
    [columns.distanceTicks[last], columns.countUp[last], columns.countDown[last]] = [5, 1, 3];
  });

  it('stand by distance with the place of their key, the unknown last and the chosen one left out', () => {
    expect(otherLevels(data, ids, 'pm_high', last).map(({ levelId, key }) => [levelId, key])).toEqual([
      ['pd_close', 5],
      ['vwap', 3],
      ['pd_low', 4],
      ['or_high', 2],
    ]);
  });

  it('say how far price is above them, and what most conditions speak for', () => {
    const [close, vwap, low, range] = otherLevels(data, ids, 'pm_high', last);
    expect([close.price, close.distance, close.counter]).toEqual(['6799.25', '−0.50', null]);
    expect([vwap.distance, vwap.counter]).toEqual(['+1.25', { side: 'down', text: '▼ 3/4' }]);
    expect(vwap.says).toBe('VWAP 6797.50, price is 1.25 above, 3/4 conditions speak for down');
    expect([low.distance, low.isFar, low.says]).toEqual(['+13.8', true, 'PD Low 6785.00, price is 13.75 above, far']);
    expect([range.why, range.says]).toEqual(['from 09:45', '15m OR High: from 09:45']);
  });

  it('count nothing where no condition speaks, far away or in a gap', () => {
    const columns = data.conditionsOf('vwap');
    const counter = () => otherLevels(data, ids, 'pm_high', last).find(({ levelId }) => levelId === 'vwap')!.counter;
    columns.countUp[last] = 3;
    expect(counter()?.side).toBe('up');
    data.marks[last] = 4;
    expect(counter()).toBeNull();
    data.marks[last] = 0;
    columns.countUp[last] = columns.countDown[last] = 0;
    expect(counter()).toBeNull();
    columns.countUp[last] = 4;
    [data.bid[last], data.ask[last]] = [27214, 27216];
    expect(counter()).toBeNull();
  });
});
