import { HEAT_TICKS, NO_TICK } from '../api/day-data';
import { walkedDay } from '../api/made-up-day.fixture';
import { heatSummary } from './heat-summary';

describe('heatSummary', () => {
  it('says the time, the best prices and the largest size on either side', () => {
    const data = walkedDay(1);
    [data.bid[400], data.ask[400], data.heatBase[400]] = [27180, 27181, 27132];
    data.heat.fill(0, 400 * HEAT_TICKS, 401 * HEAT_TICKS);
    data.heat[400 * HEAT_TICKS + 27170 - 27132] = 412;
    data.heat[400 * HEAT_TICKS + 27190 - 27132] = 101;
    expect(heatSummary(data, 400, 720)).toBe(
      'Synthetic. Resting size of ESZ5, 60 minutes to 09:33:25 New York. Best bid 6795.00, best offer 6795.25; ' +
        'largest bid 412 contracts at 6792.50, largest offer 101 contracts at 6797.50.',
    );
  });

  it('says when there is no best bid and offer', () => {
    const data = walkedDay(1);
    data.bid[400] = NO_TICK;
    expect(heatSummary(data, 400, 720)).toContain('No best bid and offer.');
  });
});
