import { DayData, type DayEvent } from '../api/day-data';
import { ServedDay } from '../api/day.fixture';
import { madeUpEpisode } from '../api/episode.fixture';
import type { Episode } from '../api/schema';
import { chance } from '../ui/chance.fixture';
import { MARKS_MAX, marksOf, shareOf, sideOf } from './scrub.geometry';

describe('the scrub bar', () => {
  const data = new DayData(new ServedDay(1, 6, 24).day);
  const episode = (startIndex: number, over: Partial<Episode> = {}): Episode => madeUpEpisode(data.endS(startIndex), over);

  const event = (index: number, kind: DayEvent['kind'], text: string): DayEvent => ({
    atS: data.endS(index),
    levelId: 'pm_high',
    kind,
    text,
  });

  it('spans from its first window to its last', () => {
    expect(shareOf(5, 5, 29)).toBe(0);
    expect(shareOf(17, 5, 29)).toBe(0.5);
    expect(shareOf(29, 5, 29)).toBe(1);
    expect(shareOf(3, 3, 3)).toBe(0);
  });

  it('has no mark right of the cursor, even of an episode that is known', () => {
    const marks = marksOf([episode(10), episode(20)], [], 'pm_high', data, 5, 17);
    expect(marks.map(({ at }) => at)).toEqual([5 / 24]);
    for (let cursor = 5; cursor < data.windows; cursor++)
      for (const mark of marksOf([episode(10), episode(20), episode(29)], [], 'pm_high', data, 5, cursor))
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
    const marks = marksOf([episode(10, { outcome: 'BREAK_UP' }), episode(11)], [], 'pm_high', data, 5, 17);
    expect(marks.map(({ glyph }) => glyph)).toEqual(['▲', '○']);
  });

  it('shows tests of the chosen level alone, and no confirmations', () => {
    const episodes = [episode(10), episode(11, { level_id: 'or_high' }), episode(12, { setup: 'break_and_confirm' })];
    expect(marksOf(episodes, [], 'pm_high', data, 5, 17).map(({ at }) => at)).toEqual([5 / 24]);
  });

  it('shows a fire in its side, in place of the test it fell in', () => {
    const episodes = [episode(8, { outcome: 'BREAK_UP', outcome_s: data.endS(9) }), episode(10)];
    const events = [event(11, 'fire', 'FIRE: break up')];
    const glyphs = (cursor: number): string[] => marksOf(episodes, events, 'pm_high', data, 5, cursor).map(({ glyph }) => glyph);
    expect(glyphs(17)).toEqual(['▲', '●']);
    expect(glyphs(10)).toEqual(['▲', '○']);
    expect(marksOf(episodes, events, 'pm_high', data, 5, 17)[1].side).toBe('up');
  });

  it('leaves out repeated tests first, then retests by age, fires never while eight suffice', () => {
    const tests = [7, 8, 9, 10, 11, 12, 13, 14].map((at) => episode(at, { kind: 'retest', outcome: 'CHOP', outcome_s: data.endS(at) }));
    const first = episode(6, { outcome: 'BREAK_DOWN', outcome_s: data.endS(6) });
    const marks = marksOf([first, ...tests], [event(5, 'fire', 'FIRE: break up')], 'pm_high', data, 5, 17);
    expect(marks.map(({ glyph }) => glyph).join('')).toBe('●▼■■■■■■');
    expect(marks.map(({ at }) => Math.round(24 * at))).toEqual([0, 1, 4, 5, 6, 7, 8, 9]);
  });

  it('never has more than eight marks nor one right of the cursor, whatever the day brings', () => {
    const next = chance(5);
    for (let trial = 0; trial < 200; trial++) {
      const count = Math.floor(next() * 40);
      const at = (): number => Math.floor(next() * data.windows);
      const episodes = Array.from({ length: count }, () => episode(at(), { kind: next() < 0.3 ? 'first_test' : 'repeat_test' }));
      const events = Array.from({ length: Math.floor(next() * 20) }, () => event(at(), 'fire', 'FIRE: reject up'));
      const cursor = 5 + Math.floor(next() * (data.windows - 5));
      const marks = marksOf(episodes, events, 'pm_high', data, 5, cursor);
      expect(marks.length).toBeLessThanOrEqual(MARKS_MAX);
      for (const mark of marks) expect(mark.at).toBeLessThanOrEqual(shareOf(cursor, 5, data.windows - 1));
    }
  });
});
