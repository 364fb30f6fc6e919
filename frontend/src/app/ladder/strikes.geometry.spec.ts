import { NO_TICK } from '../api/day-data';
import { flowScale, ladderAt, strikeOf, winnerOf, type LadderColumns } from './strikes.geometry';

const STRIKES = 21;
const GRID = { stepTicks: 4, windowS: 5 };
/** The price's strike is 26800, ten strikes above the ladder's lowest. */
const BASE = 26760;

function columns(windows = 1): LadderColumns {
  const cells = (): Int32Array => new Int32Array(windows * STRIKES);
  return {
    ladderBase: new Int32Array(windows).fill(BASE),
    strikes: STRIKES,
    longDepth: cells(),
    shortDepth: cells(),
    longFlow: cells(),
    shortFlow: cells(),
    netPressure: cells(),
  };
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
    const ladder = ladderAt(columns(), 0, levelTicks, 1, GRID)!;
    expect(ladder.around).toBe(around);
    expect(ladder.rows[5].strikeTicks).toBe(middle);
  });

  it('shows eleven strikes, the highest first, with the level and the price marked', () => {
    const { rows } = ladderAt(columns(), 0, 26809, 1, GRID)!;
    expect(rows.map((row) => row.steps)).toEqual([5, 4, 3, 2, 1, 0, -1, -2, -3, -4, -5]);
    expect(rows[0].strikeTicks).toBe(26828);
    expect(rows.filter((row) => row.isLevel).map((row) => row.strikeTicks)).toEqual([26808]);
    expect(rows.filter((row) => row.isPrice).map((row) => row.strikeTicks)).toEqual([26800]);
  });

  it('leaves strikes empty that the ladder of the window does not reach', () => {
    const { rows } = ladderAt(columns(), 0, 26836, 1, GRID)!;
    expect(rows.filter((row) => row.book === null).map((row) => row.strikeTicks)).toEqual([26856, 26852, 26848, 26844]);
  });

  it('reads asks from short and bids from long, in contracts a second', () => {
    const held = columns();
    held.shortFlow[cellOf(26804)] = -30;
    held.longFlow[cellOf(26804)] = 10;
    held.shortDepth[cellOf(26804)] = 57;
    held.longDepth[cellOf(26804)] = 3;
    held.netPressure[cellOf(26804)] = 40;
    expect(ladderAt(held, 0, NaN, 4, GRID)!.rows[4].book).toEqual({
      ask: { perSecond: -6, share: -1, clipped: true },
      bid: { perSecond: 2, share: 0.5, clipped: false },
      winner: 'up',
      askSize: 57,
      bidSize: 3,
    });
  });

  it('reads the window asked for and no other', () => {
    const held = columns(3);
    held.longDepth[cellOf(26800, 1)] = 7;
    expect([0, 1, 2].map((index) => ladderAt(held, index, NaN, 1, GRID)!.rows[5].book?.bidSize)).toEqual([0, 7, 0]);
  });

  it('has no rows in a window without a ladder', () => {
    const held = columns();
    held.ladderBase[0] = NO_TICK;
    expect(ladderAt(held, 0, 26800, 1, GRID)).toBeNull();
  });

  it('names the winner by the sign of the net pressure', () => {
    expect([-1, 0, 1].map(winnerOf)).toEqual(['down', 'even', 'up']);
  });

  it('scales by the 95th percentile of what moved: of 1..20 contracts in 5 seconds it is 19', () => {
    const held = columns();
    for (let place = 0; place < 20; place++) held.longFlow[place] = place % 2 ? place + 1 : -(place + 1);
    expect(flowScale(held, 0, 5)).toBe(19 / 5);
  });

  it('scales by two minutes and never by a window right of the cursor', () => {
    const held = columns(30);
    held.longFlow[cellOf(26800, 0)] = 900;
    held.shortFlow[cellOf(26800, 1)] = -50;
    held.longFlow[cellOf(26800, 25)] = 700;
    expect(flowScale(held, 24, 5)).toBe(10);
    expect(flowScale(held, 25, 5)).toBe(140);
  });

  it('has no scale where nothing moved, and then no bar is drawn', () => {
    expect(flowScale(columns(), 0, 5)).toBe(0);
    expect(ladderAt(columns(), 0, NaN, 0, GRID)!.rows.map((row) => row.book?.ask.share)).toEqual(Array(11).fill(0));
  });
});
