import { reportOf } from './report';
import { Part, Row } from './report-part';
import { cumulative } from './report-skill';

const skillRow = (forecaster: string, kind: string, skill: number, score = 'rps', horizon_s = 480): Row => ({
  forecaster, kind, horizon_s, score, skill, low: skill - 0.01, high: skill + 0.01, episodes: 900, sessions: 40,
});

/** A small result in which the similar past beats climatology and not the distance. */
function result(over: Row = {}): Row {
  return {
    when: '2025-11-04 14:03:00',
    synthetic: true,
    verdict: { sentence: 'No skill shown over 40 sessions.', skilful: false },
    question: { root: 'ES', first: '2025-10-01', last: '2025-12-19', horizon_s: 480, horizons_s: [120, 480], levels: ['pm_high'], approaches: ['from_below'] },
    counts: { episodes: 900, sessions: 40, series: 2, censored: 3 },
    power: { detectable_skill: 0.018, sessions: 40, share: 0.8 },
    skill: [skillRow('logistic', 'baseline', 0.004), skillRow('similar_block', 'similar', 0.02), skillRow('similar_block', 'similar', 0.01, 'rps', 120)],
    against: [
      { forecaster: 'similar_block', baseline: 'climatology', skill: 0.02, low: 0.01, high: 0.03 },
      { forecaster: 'similar_block', baseline: 'distance_only', skill: 0.001, low: -0.01, high: 0.01 },
    ],
    missing: ['Coverage could not be made: one class only.'],
    ledger: [
      { when: '2025-11-03 10:00:00', forecaster: 'similar_block', levels: ['pm_high'], setup: 'level_test', skill: 0.01, p: 0.2 },
      { when: '2025-11-04 14:03:00', forecaster: 'similar_block', levels: ['pm_high'], setup: 'level_test', skill: 0.02, p: 0.1 },
    ],
    ...over,
  };
}

function part(id: string, over: Row = {}): Part {
  return reportOf(result(over)).parts.find((one) => one.id === id) as Part;
}

describe('report of an evaluation', () => {
  it('says first and plainly that retrieval adds nothing, where nothing was shown', () => {
    expect(reportOf(result())).toMatchObject({ verdict: 'not_shown', plainly: 'Retrieval adds nothing that 40 sessions could show.', synthetic: true });
  });

  it('claims something only where the verdict itself grants it', () => {
    const shining = { skill: [skillRow('similar_block', 'similar', 0.9)], against: [{ forecaster: 'similar_block', baseline: 'mlp', skill: 0.9, low: 0.8, high: 1 }] };
    expect(reportOf(result(shining)).verdict).toBe('not_shown');
    expect(reportOf(result({ verdict: { sentence: 'x', skilful: 'yes' } })).verdict).toBe('not_shown');
    expect(reportOf(result({ verdict: { sentence: 'x', skilful: true } }))).toMatchObject({ verdict: 'shown', plainly: 'Retrieval adds something.' });
  });

  it('an evaluation that could score nothing says so instead of claiming that nothing was found', () => {
    const report = reportOf(result({ counts: { episodes: 0, sessions: 0 }, skill: [], against: [] }));
    expect(report.verdict).toBe('not_scored');
    expect(report.parts.map((one) => one.id)).toEqual(['missing', 'recovery', 'ledger', 'excluded', 'asked', 'hashes']);
  });

  it('n and dates stand behind the figures', () => {
    expect(reportOf(result()).behind).toBe('n 900 episodes, 40 sessions · 2025-10-01 to 2025-12-19 · evaluated 2025-11-04 14:03 UTC');
  });

  it('the similar past stands above the simpler forecasts, at the primary horizon only', () => {
    const [plot] = part('skill').plots;
    expect(plot.kind === 'intervals' && plot.rows.map((row) => [row.label, row.strong])).toEqual([['similar block', true], ['logistic', false]]);
  });

  it('counts against how many references the lower bound is above zero', () => {
    expect(part('against').says).toEqual(['similar block: the lower bound is above 0 against 1 of 2 references.']);
    expect(part('against').tables[0].rows.map((row) => row[1].above)).toEqual([true, false]);
  });

  it('what is missing is told in the result’s own sentence, or plainly', () => {
    expect(part('coverage').lacks).toEqual(['Coverage could not be made: one class only.']);
    expect(part('permutation').lacks).toEqual(['The result holds nothing on this: permutation test.']);
    expect(part('recovery').lacks[0]).toContain('Run: spymaster recovery');
  });

  it('every try of the ledger is listed, newest first', () => {
    expect(part('ledger').says[0]).toContain('The ledger holds 2 trials');
    expect(part('ledger').tables[0].rows.map((row) => row[0].text)).toEqual(['2025-11-04 14:03:00', '2025-11-03 10:00:00']);
  });

  it('an empty result gives a report of nothing but what it lacks', () => {
    const report = reportOf({});
    expect(report).toMatchObject({ headline: 'This result holds no verdict.', verdict: 'not_scored', synthetic: null });
    expect(report.parts.every((one) => one.tables.length === 0 && one.plots.length === 0)).toBe(true);
  });

  it('figures that could not be made are dashes in the tables', () => {
    const rows = part('skill', { skill: [{ ...skillRow('similar_block', 'similar', 0), skill: null, low: null, high: null }] }).tables[0].rows;
    expect(rows[0][2]).toEqual({ text: '–', note: '', above: false });
  });

  it('skill by session adds up to the skill as a whole', () => {
    const rows = [
      { date: '2025-10-01', episodes: 10, skill: 0.2 },
      { date: '2025-10-02', episodes: 30, skill: null },
      { date: '2025-10-03', episodes: 60, skill: -0.1 },
    ];
    const sums = cumulative(rows, rows.map((row) => row.date));
    expect(sums[0]).toBeCloseTo(0.02);
    expect(sums[1]).toBeCloseTo(0.02);
    expect(sums[2]).toBeCloseTo(-0.04);
  });
});
