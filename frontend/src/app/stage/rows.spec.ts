import { MOST_ROWS } from '../board/look';
import { ROW_LEAST, middleStrike, rowCount, strikeOf, strikeRows } from './rows';

describe('the rows', () => {
  it('find the dollar that holds a level, one between ticks by the nearest tick', () => {
    expect([26803, 26803.7, 26804, -1].map((ticks) => strikeOf(ticks, 4))).toEqual([26800, 26804, 26804, -4]);
  });

  it('are odd in number and never lower than a target of the pointer', () => {
    for (const room of [80, 168, 250, 400, 504, 530, 900]) {
      const rows = strikeRows(26800, 0, 4, room, MOST_ROWS);
      expect(rows.count % 2).toBe(1);
      expect(rows.height).toBeGreaterThanOrEqual(ROW_LEAST);
      expect(rows.bottom).toBeLessThanOrEqual(Math.max(room, 3 * ROW_LEAST));
      expect(rows.count).toBeLessThanOrEqual(MOST_ROWS);
    }
    expect(rowCount(400, 9)).toBe(9);
  });

  it('hold their four ticks, the lowest at the bottom: a row and the price axis are the same thing', () => {
    const rows = strikeRows(26800, 0, 4, 530, MOST_ROWS);
    expect([rows.count, rows.height, rows.topTicks, rows.lowTicks]).toEqual([21, 25, 26840, 26760]);
    rows.strikes().forEach((strike, place) => {
      expect(rows.toY(strike + 1.5)).toBe((place + 0.5) * rows.height);
      expect(rows.strikeOf(rows.toTicks((place + 0.5) * rows.height))).toBe(strike);
    });
    for (let ticks = rows.lowTicks; ticks <= rows.highTicks; ticks++) expect(rows.toTicks(rows.toY(ticks))).toBe(ticks);
  });

  it.each([
    [26800, 26810, 26800],
    [26800, 26832, 26800],
    [26800, 26836, 26840],
    [26800, 26764, 26760],
    [26800, NaN, 26800],
    [NaN, 26811, 26800],
  ])('stand around the level %d while price at %d is in sight of it: around %d', (level, price, middle) => {
    expect(middleStrike(level, price, 4, 21)).toBe(middle);
  });

  it('know no middle where neither level nor price is known', () => {
    expect(middleStrike(NaN, NaN, 4, 21)).toBeNaN();
  });

  it('move by whole strikes where the reader pans', () => {
    expect(strikeRows(26800, 3, 4, 530, MOST_ROWS).topTicks).toBe(26852);
  });
});
