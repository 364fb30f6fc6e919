import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { chance } from '../ui/chance.fixture';
import { CONDITIONS, barsPath, barsWidth, cellOf, countFor, historyAt, historyText, measuredAt } from './conditions.geometry';

/** Columns of a level that nothing was measured of. */
function bare() {
  return new DayData(madeUpDay(10)).conditionsOf('pm_high');
}

describe('a condition', () => {
  it.each([
    [0, 1, 'up'],
    [1, 1, 'up'],
    [2, 1, 'down'],
    [3, 1, 'down'],
    [0, -1, 'down'],
    [1, -1, 'down'],
    [2, -1, 'up'],
    [3, -1, 'up'],
  ])('%d with sign %d speaks for %s', (condition, sign, side) => {
    expect(cellOf(condition, 1.6, 34, sign).side).toBe(side);
  });

  it('is the mirror image of itself: bids for asks and down for up', () => {
    const mirrored = { up: 'down', down: 'up', even: 'even', none: 'none' } as const;
    for (const condition of [0, 1])
      for (const sign of [-1, 0, 1]) expect(cellOf(condition + 2, 1.2, 5, sign).side).toBe(mirrored[cellOf(condition, 1.2, 5, sign).side]);
  });

  it('says how fast against usual, in contracts, and what that speaks for', () => {
    expect(cellOf(0, 1.64, 34.4, 1)).toEqual({
      side: 'up',
      figure: '1.6x',
      says: 'asks above move higher: 1.6 times usual, 34 contracts; asks above move higher, which speaks for up',
    });
    expect(cellOf(3, 0.31, 2, -1).says).toBe('bids below are pulled: 0.3 times usual, 2 contracts; bids below stand, which speaks for up');
    expect(cellOf(1, 15.4, 9, 1).figure).toBe('15x');
    expect(cellOf(1, 1, 9, 0).says).toBe('asks above are pulled: 1.0 times usual, 9 contracts; nothing unusual');
  });

  it('has no side without a past to scale by', () => {
    expect(CONDITIONS.map((_, place) => cellOf(place, NaN, NaN, 0).side)).toEqual(Array(4).fill('none'));
  });
});

describe('the conditions in a window', () => {
  it('say how far the asks and the bids moved, up is plus, and how many contracts were pulled', () => {
    const columns = bare();
    [columns.times1[5], columns.times2[5], columns.times3[5], columns.times4[5]] = [1.6, 1, 2, 0.5];
    [columns.askShiftTicks[5], columns.bidShiftTicks[5], columns.contracts2[5], columns.contracts4[5]] = [0.72, 0.3, 122.6, 55];
    expect(measuredAt(columns, 5).map(({ figure, amount }) => [figure, amount])).toEqual([
      ['1.6x', '+0.7 ticks'],
      ['1.0x', '123 contracts'],
      ['2.0x', '−0.3 ticks'],
      ['0.5x', '55 contracts'],
    ]);
    expect(measuredAt(columns, 6).map(({ amount }) => amount)).toEqual(['', '', '', '']);
  });

  it('speak for up or down as the counters of the physics count their signs', () => {
    const columns = bare();
    const next = chance(3);
    for (let at = 0; at < 100; at++) {
      const signs = [0, 0, 0, 0].map(() => Math.floor(3 * next()) - 1);
      [columns.sign1[at], columns.sign2[at], columns.sign3[at], columns.sign4[at]] = signs;
      [columns.times1[at], columns.times2[at], columns.times3[at], columns.times4[at]] = [1, 1, 1, 1];
      const wanted = (asks: number): number => signs.filter((sign, place) => sign === (place < 2 ? asks : -asks)).length;
      const cells = measuredAt(columns, at);
      expect([countFor(cells, 'up'), countFor(cells, 'down')]).toEqual([wanted(1), wanted(-1)]);
    }
  });
});

describe('the counters of three minutes', () => {
  const columns = bare();
  columns.distanceTicks.fill(3, 0, 50);
  columns.countUp.set([1, 4, 0, 3], 46);
  columns.countDown[48] = 2;
  columns.distanceTicks[47] = NaN;

  it('are the windows up to the cursor, those that were not measured left out', () => {
    const history = historyAt(columns, 49, 5);
    expect([history.windows, history.up.length, history.down.length]).toEqual([36, 36, 36]);
    expect(history.up.slice(-4)).toEqual([1, null, 0, 3]);
    expect(historyAt(columns, 3, 5).up.length).toBe(4);
  });

  it('stand with the newest at the right edge, up above the middle and down below', () => {
    const history = historyAt(columns, 49, 5);
    expect(barsWidth(history.windows)).toBe(144);
    expect(barsPath(history, 'up')).toBe('M128 7h3v2h-3zM140 3h3v6h-3z');
    expect(barsPath(history, 'down')).toBe('M136 9h3v4h-3z');
    const young = historyAt(columns, 0, 5);
    expect(barsPath({ ...young, up: [4] }, 'up')).toBe('M140 1h3v8h-3z');
  });

  it('draw nothing of what comes after the cursor', () => {
    const before = barsPath(historyAt(columns, 48, 5), 'up');
    const later = { ...columns, countUp: columns.countUp.slice().fill(4, 49) };
    expect(barsPath(historyAt(later, 48, 5), 'up')).toBe(before);
  });

  it('are said in words', () => {
    expect(historyText(historyAt(columns, 49, 5))).toBe('last 3 min: up now 3, at most 3; down now 0, at most 2');
    expect(historyText(historyAt(columns, 47, 5))).toBe('last 3 min: up now not measured, at most 1; down now not measured, at most 0');
    expect(historyText({ windows: 36, up: [null], down: [null] })).toBe('last 3 min: up not measured; down not measured');
  });
});
