import { DayData, NO_TICK } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { flowScale, ladderAt, strikeOf, type LadderColumns } from './strikes.geometry';

const STRIKES = 21;
/** The price's strike is 26800, ten strikes above the ladder's lowest. */
const BASE = 26760;

function columns(): LadderColumns {
  const data = new DayData(madeUpDay());
  data.ladderBase.fill(BASE);
  data.ladder.longUsualPercent.fill(-1);
  data.ladder.shortUsualPercent.fill(-1);
  return data;
}

function cellOf(strikeTicks: number, window = 0): number {
  return window * STRIKES + (strikeTicks - BASE) / 4;
}

describe('strike ladder', () => {
  it('finds the dollar that holds a level, one between ticks by the nearest tick', () => {
    expect(strikeOf(26803, 4)).toBe(26800);
    expect(strikeOf(26803.7, 4)).toBe(26804);
    expect(strikeOf(26804, 4)).toBe(26804);
    expect(strikeOf(-1, 4)).toBe(-4);
  });

  it.each([
    [26840, 'level', 26840],
    [26844, 'price', 26800],
    [26760, 'level', 26760],
    [26759, 'price', 26800],
    [NaN, 'price', 26800],
  ])('stands around the level %d while the ladder reaches it, else around the price', (levelTicks, around, middle) => {
    const ladder = ladderAt(columns(), 0, levelTicks, 4)!;
    expect(ladder.around).toBe(around);
    expect(ladder.rows[5].strikeTicks).toBe(middle);
  });

  it('shows eleven strikes, the highest first, with the level and the price marked', () => {
    const { rows } = ladderAt(columns(), 0, 26809, 4)!;
    expect(rows.map((row) => row.steps)).toEqual([5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5]);
    expect(rows[0].strikeTicks).toBe(26828);
    expect(rows.filter((row) => row.isLevel).map((row) => row.strikeTicks)).toEqual([26808]);
    expect(rows.filter((row) => row.isPrice).map((row) => row.strikeTicks)).toEqual([26800]);
  });

  it('leaves strikes empty that the ladder of the window does not reach', () => {
    const { rows } = ladderAt(columns(), 0, 26836, 4)!;
    expect(rows.filter((row) => row.book === null).map((row) => row.strikeTicks)).toEqual([26856, 26852, 26848, 26844]);
  });

  it('reads asks from short and bids from long: what rests against usual, what came less what was pulled, who traded, who leads', () => {
    const held = columns();
    const cell = cellOf(26804);
    held.ladder.shortDepth[cell] = 57;
    held.ladder.shortUsualPercent[cell] = 200;
    held.ladder.longDepth[cell] = 3;
    held.ladder.shortCame[cell] = 10;
    held.ladder.shortPulled[cell] = 40;
    held.ladder.longCame[cell] = 15;
    held.ladder.buys[cell] = 4;
    held.ladder.winner[cell] = -1;
    expect(ladderAt(held, 0, NaN, 4)!.rows[4].book).toEqual({
      asks: { contracts: 57, timesUsual: 2, share: 0.5 },
      bids: { contracts: 3, timesUsual: null, share: 0 },
      askFlow: { contracts: -30, share: -1, clipped: false },
      bidFlow: { contracts: 15, share: 0.5, clipped: false },
      buys: 4,
      sells: 0,
      leader: 'shorts',
    });
  });

  it('ends the bar of what rests at four times usual, and draws none where nothing rests', () => {
    const held = columns();
    held.ladder.longUsualPercent[cellOf(26800)] = 900;
    expect(ladderAt(held, 0, NaN, 4)!.rows[5].book!.bids.share).toBe(0);
    held.ladder.longDepth[cellOf(26800)] = 90;
    expect(ladderAt(held, 0, NaN, 4)!.rows[5].book!.bids.share).toBe(1);
  });

  it('says even near the level and the price alone; farther away nobody leads without a word', () => {
    const { rows } = ladderAt(columns(), 0, 26800, 4)!;
    expect(rows.map((row) => row.book!.leader)).toEqual(['none', 'none', ...Array(7).fill('even'), 'none', 'none']);
  });

  it('reads the window asked for and no other', () => {
    const held = columns();
    held.ladder.longDepth[cellOf(26800, 1)] = 7;
    expect([0, 1, 2].map((index) => ladderAt(held, index, NaN, 4)!.rows[5].book?.bids.contracts)).toEqual([0, 7, 0]);
  });

  it('has no rows in a window without a ladder', () => {
    const held = columns();
    held.ladderBase[0] = NO_TICK;
    expect(ladderAt(held, 0, 26800, 4)).toBeNull();
  });

  it('scales flow by the 95th percentile of what moved in the window: of 1..20 contracts it is 19', () => {
    const held = columns();
    for (let place = 0; place < 20; place++) {
      const column = place % 2 ? held.ladder.longCame : held.ladder.longPulled;
      column[place] = place + 1;
    }
    expect(flowScale(held, 0)).toBe(19);
    expect(ladderAt(held, 0, NaN, 4)!.scale).toBe(19);
  });

  it('has no scale where nothing moved, and then no bar is drawn', () => {
    expect(flowScale(columns(), 0)).toBe(0);
    expect(ladderAt(columns(), 0, NaN, 4)!.rows.map((row) => row.book?.askFlow.share)).toEqual(Array(11).fill(0));
  });
});
