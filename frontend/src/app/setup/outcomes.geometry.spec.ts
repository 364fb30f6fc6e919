import { answer, outcomeAt } from './answer.fixture';
import { outcomeLines } from './outcomes.geometry';
import { shareOf } from './verdict.geometry';

describe('what they did', () => {
  const outcomes = [120, 240, 360, 480, 600, 720, 840].map(outcomeAt);

  it('is said soon, at the horizon of the answer and late', () => {
    const lines = outcomeLines(answer({ outcomes, horizon_s: 360 }));
    expect(lines.map(({ after, isPrimary }) => [after, isPrimary])).toEqual([
      ['2 min', false],
      ['6 min', true],
      ['14 min', false],
    ]);
  });

  it('leaves out what the past was not seen to', () => {
    const lines = outcomeLines(answer({ outcomes: outcomes.slice(0, 2), horizon_s: 360 }));
    expect(lines.map(({ after, isPrimary }) => [after, isPrimary])).toEqual([
      ['2 min', false],
      ['4 min', true],
    ]);
    expect(outcomeLines(answer({ outcomes: [] }))).toEqual([]);
  });

  it('says at its horizon the very share that the band says of a break', () => {
    const said = answer({ outcomes, horizon_s: 360, kind: 'BREAK' });
    const band = shareOf(said)!;
    const { gauge } = outcomeLines(said).find(({ isPrimary }) => isPrimary)!;
    expect(gauge).toEqual({ percent: band.percent, usual: band.usual, interval: band.interval, differs: band.differs });
  });

  it('has the direction that price takes more often than usual, and none while usual lies in the interval', () => {
    const of = (low: number, high: number, approach_dir: 'from_below' | 'from_above') => {
      const row = { ...outcomeAt(360), break: { p: (low + high) / 2, low, high, base: 0.4 } };
      return outcomeLines(answer({ outcomes: [row], horizon_s: 360, setup: { ...answer().setup, approach_dir } }))[0].direction;
    };
    expect(of(0.3, 0.5, 'from_below')).toBe('none');
    expect(of(0.5, 0.6, 'from_below')).toBe('up');
    expect(of(0.5, 0.6, 'from_above')).toBe('down');
    expect(of(0.2, 0.3, 'from_below')).toBe('down');
    expect(of(0.2, 0.3, 'from_above')).toBe('up');
  });
});
