import { DayData } from '../api/day-data';
import { ServedDay } from '../api/day.fixture';
import { madeUpEpisode } from '../api/episode.fixture';
import type { Episode } from '../api/schema';
import { marksOf, shareOf, sideOf } from './scrub.geometry';

describe('the scrub bar', () => {
  const data = new DayData(new ServedDay(1, 6, 24).day);
  const episode = (startIndex: number, over: Partial<Episode> = {}): Episode => madeUpEpisode(data.endS(startIndex), over);

  it('spans from its first window to its last', () => {
    expect(shareOf(5, 5, 29)).toBe(0);
    expect(shareOf(17, 5, 29)).toBe(0.5);
    expect(shareOf(29, 5, 29)).toBe(1);
    expect(shareOf(3, 3, 3)).toBe(0);
  });

  it('has no mark right of the cursor, even of an episode that is known', () => {
    const marks = marksOf([episode(10), episode(20)], 'pm_high', data, 5, 17);
    expect(marks.map(({ at }) => at)).toEqual([5 / 24]);
    for (let cursor = 5; cursor < data.windows; cursor++)
      for (const mark of marksOf([episode(10), episode(20), episode(29)], 'pm_high', data, 5, cursor))
        expect(mark.at).toBeLessThanOrEqual(shareOf(cursor, 5, 29));
  });

  it('gives an outcome a side and a glyph, and one that is not known yet a ring', () => {
    expect(['BREAK_UP', 'REJECT_UP', 'BREAK_DOWN', 'REJECT_DOWN', 'CHOP', 'WHIPSAW', 'CENSORED', null].map(sideOf)).toEqual([
      'up',
      'up',
      'down',
      'down',
      'flat',
      'flat',
      'open',
      'open',
    ]);
    expect(marksOf([episode(10, { outcome: 'BREAK_UP' }), episode(11)], 'pm_high', data, 5, 17).map(({ glyph }) => glyph)).toEqual([
      '▲',
      '○',
    ]);
  });

  it('shows tests of levels, those of the chosen level larger, and no confirmations', () => {
    const marks = marksOf(
      [episode(10), episode(11, { level_id: 'or_high' }), episode(12, { setup: 'break_and_confirm' })],
      'pm_high',
      data,
      5,
      17,
    );
    expect(marks.map(({ chosen }) => chosen)).toEqual([true, false]);
  });
});
