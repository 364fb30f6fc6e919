import { outcomeAt } from './answer.fixture';
import { countsLine, lookOf, lookOfKind, lookTurned, outcomeRow } from './outcome';

describe('outcome', () => {
  it('carries direction and glyph by the way the price went, not by the kind', () => {
    expect(lookOf('BREAK_UP')).toEqual({ kind: 'BREAK', direction: 'up', glyph: '▲' });
    expect(lookOf('BREAK_DOWN')).toEqual({ kind: 'BREAK', direction: 'down', glyph: '▼' });
    expect(lookOf('REJECT_DOWN')).toEqual({ kind: 'REJECT', direction: 'down', glyph: '▼' });
    expect(lookOf('REJECT_UP')).toEqual({ kind: 'REJECT', direction: 'up', glyph: '▲' });
  });

  it('gives chop, whipsaw and censored a glyph each and no direction', () => {
    const looks = ['CHOP', 'WHIPSAW', 'CENSORED'].map(lookOf);
    expect(looks.map((look) => look.direction)).toEqual(['none', 'none', 'none']);
    expect(new Set(looks.map((look) => look.glyph)).size).toBe(3);
  });

  it('lets a break go on with the approach and a rejection turn back', () => {
    expect(lookOfKind('BREAK', 'from_below').direction).toBe('up');
    expect(lookOfKind('REJECT', 'from_below').direction).toBe('down');
    expect(lookOfKind('BREAK', 'from_above').direction).toBe('down');
    expect(lookOfKind('REJECT', 'from_above').direction).toBe('up');
    expect(lookOfKind('CHOP', 'from_above').direction).toBe('none');
  });

  it('turns what came from the other side, as its path is', () => {
    expect(lookTurned('BREAK_DOWN', 'from_below').direction).toBe('up');
    expect(lookTurned('REJECT_UP', 'from_below').direction).toBe('down');
    expect(lookTurned('BREAK_UP', 'from_below').direction).toBe('up');
    expect(lookTurned('CENSORED', 'from_below').glyph).toBe('○');
  });

  it('counts the kinds that occurred, of all of them', () => {
    expect(countsLine({ BREAK: 9, REJECT: 10, CHOP: 0, WHIPSAW: 0, CENSORED: 1 })).toBe('9 of 20 broke, 10 rejected, 1 censored');
    expect(countsLine({ BREAK: 0, REJECT: 2, CHOP: 1, WHIPSAW: 0, CENSORED: 0 })).toBe('2 of 3 rejected, 1 chopped');
  });

  it('takes the row at the horizon of the answer, or the last one before it', () => {
    const outcomes = [outcomeAt(120), outcomeAt(240), outcomeAt(360)];
    expect(outcomeRow({ outcomes, horizon_s: 240 })?.horizon_s).toBe(240);
    expect(outcomeRow({ outcomes, horizon_s: 480 })?.horizon_s).toBe(360);
    expect(outcomeRow({ outcomes: [], horizon_s: 480 })).toBeNull();
  });
});
