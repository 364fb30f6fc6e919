import { DayData, NO_TICK, type Wall } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { StrikeBook, strikeRowsAt, wallsBeyond } from './strikes';

const STRIKES = 21;
/** The price's strike is 26800, ten strikes above the ladder's lowest. */
const BASE = 26760;
const SHOWN = Array.from({ length: 11 }, (_, place) => 26820 - 4 * place);

function dayOf(): DayData {
  const data = new DayData(madeUpDay());
  data.ladderBase.fill(BASE);
  data.ladder.longUsualTenths.fill(-1);
  data.ladder.shortUsualTenths.fill(-1);
  return data;
}

function cellOf(strikeTicks: number, window = 0): number {
  return window * STRIKES + (strikeTicks - BASE) / 4;
}

function bookOf(data: DayData, strikeTicks: number, index = 0): StrikeBook {
  return strikeRowsAt(data, SHOWN, { index, levelTicks: 26800 })!.find((row) => row.strikeTicks === strikeTicks)!.book!;
}

function wall(over: Partial<Wall>): Wall {
  return {
    side: 'ask',
    strikeTicks: 26808,
    event: 'stands',
    massive: false,
    times: 3.26,
    depth: 70,
    peak: 78,
    eaten: 0,
    sinceS: 100,
    ...over,
  };
}

describe('the strikes', () => {
  it('are those asked for, with the level and the price marked', () => {
    const rows = strikeRowsAt(dayOf(), SHOWN, { index: 0, levelTicks: 26809 })!;
    expect(rows.map(({ strikeTicks }) => strikeTicks)).toEqual(SHOWN);
    expect(rows.filter((row) => row.isLevel).map((row) => row.strikeTicks)).toEqual([26808]);
    expect(rows.filter((row) => row.isPrice).map((row) => row.strikeTicks)).toEqual([26800]);
  });

  it('are empty where the ladder of the window does not reach, and none without a ladder', () => {
    const data = dayOf();
    const rows = strikeRowsAt(data, [26844, 26840], { index: 0, levelTicks: NaN })!;
    expect(rows.map(({ book }) => book === null)).toEqual([true, false]);
    data.ladderBase[0] = NO_TICK;
    expect(strikeRowsAt(data, SHOWN, { index: 0, levelTicks: 26800 })).toBeNull();
  });

  it('read asks from short and bids from long: what rests against usual, what came less what was pulled, who traded, who leads', () => {
    const data = dayOf();
    const cell = cellOf(26804);
    data.ladder.shortDepth[cell] = 57;
    data.ladder.shortUsualTenths[cell] = 20;
    data.ladder.longDepth[cell] = 3;
    data.ladder.shortCame[cell] = 10;
    data.ladder.shortPulled[cell] = 40;
    data.ladder.longCame[cell] = 6;
    data.ladder.buys[cell] = 4;
    data.ladder.winner[cell] = -1;
    expect(bookOf(data, 26804)).toEqual({
      asks: { contracts: 57, timesUsual: 2, share: 0.5, wall: null },
      bids: { contracts: 3, timesUsual: null, share: 0, wall: null },
      askFlow: { contracts: -30, share: 1, counts: true },
      bidFlow: { contracts: 6, share: 0.2, counts: false },
      buys: 4,
      sells: 0,
      leader: 'shorts',
    });
  });

  it('end the bar of what rests at four times usual, and draw none where nothing rests', () => {
    const data = dayOf();
    data.ladder.longUsualTenths[cellOf(26800)] = 90;
    expect(bookOf(data, 26800).bids.share).toBe(0);
    data.ladder.longDepth[cellOf(26800)] = 90;
    expect(bookOf(data, 26800).bids.share).toBe(1);
  });

  it('say even near the level and the price alone; farther away nobody leads without a word', () => {
    const rows = strikeRowsAt(dayOf(), SHOWN, { index: 0, levelTicks: 26800 })!;
    expect(rows.map((row) => row.book!.leader)).toEqual(['none', 'none', ...Array<string>(7).fill('even'), 'none', 'none']);
  });

  it('bear the walls that stand, with how many times usual they are', () => {
    const data = dayOf();
    data.walls[0] = [wall({}), wall({ side: 'bid', strikeTicks: 26796, massive: true, times: null })];
    expect(bookOf(data, 26808).asks.wall).toEqual({ stands: true, massive: false, times: 3.26, text: '3.3x' });
    expect(bookOf(data, 26796).bids.wall).toEqual({ stands: true, massive: true, times: null, text: '' });
    expect(bookOf(data, 26808).bids.wall).toBeNull();
  });

  it('say what was added to a wall, and what it took and held', () => {
    const data = dayOf();
    data.walls[0] = [wall({ peak: 40 })];
    data.walls[1] = [wall({ event: 'grew', peak: 100 })];
    data.walls[2] = [wall({ peak: 100 })];
    data.walls[20] = [wall({ event: 'absorbing', eaten: 620 })];
    expect(bookOf(data, 26808, 2).asks.wall!.text).toBe('+60 added');
    expect(bookOf(data, 26808, 20).asks.wall!.text).toBe('620 hit, held');
  });

  it('show for a minute what a wall was that went, and never before it went', () => {
    const data = dayOf();
    data.walls[5] = [wall({ event: 'pulled', peak: 78 })];
    const marks = [4, 5, 16, 17].map((index) => bookOf(data, 26808, index).asks.wall);
    expect(marks.map((mark) => mark?.text ?? null)).toEqual([null, 'was 78', 'was 78', null]);
    expect(marks[1]!.stands).toBe(false);
    data.walls[6] = [wall({ event: 'left', strikeTicks: 26804 })];
    expect(bookOf(data, 26804, 6).asks.wall).toBeNull();
  });

  it('name the nearest wall beyond them on either side', () => {
    const data = dayOf();
    const far = [26832, 26840, 26760, 26752].map((strikeTicks) => wall({ strikeTicks }));
    data.walls[0] = [wall({}), wall({ strikeTicks: 26828, event: 'pulled' }), ...far];
    expect(wallsBeyond(data, 0, 26820, 26780).map(({ strikeTicks }) => strikeTicks)).toEqual([26832, 26760]);
    expect(wallsBeyond(data, 1, 26820, 26780)).toEqual([]);
  });

  it('read the window asked for and no later one', () => {
    const data = dayOf();
    data.ladder.longDepth[cellOf(26800, 1)] = 7;
    expect([0, 1, 2].map((index) => bookOf(data, 26800, index).bids.contracts)).toEqual([0, 7, 0]);
  });
});
