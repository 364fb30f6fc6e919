import { levelName, named } from '../ui/words';
import { numberOf, skill, whole, words } from './figures';
import { Part, Row, Subject, cell, distinct, head, skillCell } from './report-part';
import { IntervalRow, LineSeries } from './plots';

const SCORE_NAMES: Record<string, string> = { rps: 'RPS', brier: 'Brier', log_loss: 'Log loss' };

export function skillNow(subject: Subject): Part {
  const title = 'Skill against climatology';
  if (subject.primaryS === null) {
    const lacks = ['The primary horizon is not recorded, so no row of the skills is the primary one.'];
    return { ...subject.empty('skill', title), lacks };
  }
  const all = subject.ordered(subject.rows('skill', ['forecaster', 'horizon_s', 'score']));
  const rows = all.filter((row) => row['horizon_s'] === subject.primaryS && String(row['score']) in SCORE_NAMES);
  const scores = Object.keys(SCORE_NAMES).filter((score) => rows.some((row) => row['score'] === score));
  const table = distinct(rows, 'forecaster').map((name) => {
    const own = rows.filter((row) => String(row['forecaster']) === name);
    return [
      cell(named(name)),
      cell(subject.isStrong(own[0]) ? 'similar past' : 'simpler forecast'),
      ...scores.map((score) => skillCell(own.find((row) => row['score'] === score))),
      cell(whole(own[0]['episodes'])),
      cell(whole(own[0]['sessions'])),
    ];
  });
  const heads = [head('Forecaster', false), head('Kind', false), ...scores.map((score) => head(SCORE_NAMES[score])), head('Episodes'), head('Sessions')];
  return subject.part('skill', title, ['skill', 'score'], {
    says: ['All forecasters answered for the same episodes. Climatology, the base rate, has skill 0 by definition.'],
    plots: scores.map((score) => ({
      kind: 'intervals',
      title: SCORE_NAMES[score],
      unit: `${SCORE_NAMES[score]} skill against climatology, share`,
      reference: 0,
      as: 'skill',
      rows: rows.filter((row) => row['score'] === score).map((row) => interval(row, 'skill', named(row['forecaster']), subject.isStrong(row))),
    })),
    caption:
      'Skill with interval; right of 0 is better than the base rate. Filled: from a similar past. Hollow: simpler forecasts. ' +
      '▲ marks a lower bound above 0; an arrow stands for a figure outside the axis.',
    tables:
      table.length > 0
        ? [{ caption: `Skill against climatology after ${subject.horizon(subject.primaryS)}, with interval`, heads, rows: table }]
        : [],
  });
}

export function against(subject: Subject): Part {
  const rows = subject.rows('against', ['forecaster', 'baseline']);
  const names = distinct(rows, 'forecaster');
  const baselines = distinct(rows, 'baseline');
  const find = (name: string, baseline: string): Row | undefined =>
    rows.find((row) => String(row['forecaster']) === name && String(row['baseline']) === baseline);
  const says = names.map((name) => {
    const above = rows.filter((row) => String(row['forecaster']) === name && numberOf(row['low']) > 0).length;
    return `${named(name)}: the lower bound is above 0 against ${above} of ${baselines.length} references.`;
  });
  return subject.part('against', 'Against every reference', ['baseline', 'against'], {
    says,
    plots: names.slice(0, 3).map((name) => ({
      kind: 'intervals',
      title: named(name),
      unit: 'RPS skill against each reference, share',
      reference: 0,
      as: 'skill',
      rows: rows.filter((row) => String(row['forecaster']) === name).map((row) => interval(row, 'skill', named(row['baseline']), true)),
    })),
    caption: '▲ marks a lower bound above 0; skill is shown only where every one is.',
    tables: baselines.length
      ? [
          {
            caption: 'RPS skill of the similar-past forecasters against each reference, primary horizon, with interval; ▲ marks a lower bound above 0',
            heads: [head('Reference', false), ...names.map((name) => head(named(name)))],
            rows: baselines.map((baseline) => [cell(named(baseline)), ...names.map((name) => skillCell(find(name, baseline), true))]),
          },
        ]
      : [],
  });
}

export function byHorizon(subject: Subject): Part {
  const rows = subject.ordered(subject.rows('skill', ['forecaster', 'horizon_s', 'score'])).filter((row) => row['score'] === 'rps');
  const horizons = [...new Set(rows.map((row) => numberOf(row['horizon_s'])))].sort((a, b) => a - b);
  const names = distinct(rows, 'forecaster');
  const find = (name: string, horizon: number): Row | undefined =>
    rows.find((row) => String(row['forecaster']) === name && row['horizon_s'] === horizon);
  const series: LineSeries[] = names.map((name) => ({
    label: named(name),
    strong: subject.isStrong({ forecaster: name }),
    points: horizons.map((horizon) => point(find(name, horizon), 'skill')),
  }));
  return subject.part('horizons', 'Skill by horizon', ['horizon'], {
    plots: horizons.length > 1 ? [{ kind: 'lines', title: 'Skill by horizon', unit: 'RPS skill against climatology', places: horizons.map((s) => subject.horizon(s).replace(' (primary)', ' ●')), series }] : [],
    caption: 'Grey lines: simpler forecasts, cut off where they leave the axis. ● the primary horizon, the only one that enters the verdict.',
    tables: names.length
      ? [
          {
            caption: 'RPS skill against climatology by horizon, with interval',
            heads: [head('Forecaster', false), ...horizons.map((horizon) => head(subject.horizon(horizon)))],
            rows: names.map((name) => [cell(named(name)), ...horizons.map((horizon) => skillCell(find(name, horizon)))]),
          },
        ]
      : [],
  });
}

export function bySeries(subject: Subject): Part {
  const rows = subject.ordered(subject.rows('by_series', ['level_id', 'approach_dir', 'forecaster']));
  const names = distinct(rows, 'forecaster');
  const pairs = [...new Set(rows.map((row) => `${String(row['level_id'])} ${String(row['approach_dir'])}`))];
  const label = (pair: string): string => `${levelName(pair.split(' ')[0])} ${named(pair.split(' ')[1])}`;
  const of = (pair: string, name?: string): Row[] =>
    rows.filter((row) => `${String(row['level_id'])} ${String(row['approach_dir'])}` === pair && (!name || String(row['forecaster']) === name));
  const most = (pair: string): Row => of(pair).reduce((best, row) => (numberOf(row['episodes']) > numberOf(best['episodes']) ? row : best));
  return subject.part('series', 'Skill by level and approach', ['series', 'level'], {
    says: ['Few episodes make wide intervals: with this many series, one that stands out is to be expected by chance.'],
    plots: names.slice(0, 3).map((name) => ({
      kind: 'intervals',
      title: named(name),
      unit: 'RPS skill against climatology, share',
      reference: 0,
      as: 'skill',
      rows: pairs.flatMap((pair) => of(pair, name).map((row) => interval(row, 'skill', label(pair), true))),
    })),
    tables: pairs.length
      ? [
          {
            caption: 'RPS skill against climatology by level and approach, primary horizon, with interval',
            heads: [head('Level and approach', false), head('Episodes'), head('Sessions'), ...names.map((name) => head(named(name)))],
            rows: pairs.map((pair) => [
              cell(label(pair)),
              cell(whole(most(pair)['episodes'])),
              cell(whole(most(pair)['sessions'])),
              ...names.map((name) => skillCell(of(pair, name)[0])),
            ]),
          },
        ]
      : [],
  });
}

export function bySession(subject: Subject): Part {
  const rows = subject.ordered(subject.rows('skill_by_day', ['forecaster', 'date']));
  const dates = distinct(rows, 'date').sort();
  const names = distinct(rows, 'forecaster');
  const series = names.map((name) => ({
    label: named(name),
    strong: subject.isStrong({ forecaster: name }),
    points: cumulative(rows.filter((row) => String(row['forecaster']) === name), dates).map((value) => ({ value, low: NaN, high: NaN })),
  }));
  return subject.part('sessions', 'Skill by session', ['by day', 'by session', 'each day'], {
    plots: dates.length > 1 ? [{ kind: 'lines', title: 'Cumulative skill', unit: 'cumulative RPS skill', places: dates, series }] : [],
    caption:
      'Sum of each session’s skill times its episodes, over all episodes; the end of a line is about its skill as a whole. ' +
      'Skill that comes from one or two sessions shows as a step; a line that climbs evenly earned it on many.',
    tables: rows.length
      ? [
          {
            caption: 'RPS skill against climatology by session, primary horizon',
            heads: [head('Session', false, true), head('Forecaster', false), head('Episodes'), head('RPS skill')],
            rows: rows.map((row) => [cell(String(row['date'])), cell(named(row['forecaster'])), cell(whole(row['episodes'])), cell(skill(row['skill']))]),
          },
        ]
      : [],
  });
}

/** Running sum of skill times episodes, over all episodes; a session without a skill adds nothing. */
export function cumulative(rows: readonly Row[], dates: readonly string[]): number[] {
  const own = new Map(rows.map((row) => [words(row['date']), row]));
  const weights = dates.map((date) => numberOf(own.get(date)?.['episodes']) || 0);
  const total = Math.max(1, weights.reduce((sum, weight) => sum + weight, 0));
  let sum = 0;
  return dates.map((date, index) => (sum += (numberOf(own.get(date)?.['skill']) || 0) * weights[index]) / total);
}

export function interval(row: Row, field: string, label: string, strong: boolean): IntervalRow {
  const counts = [
    Number.isNaN(numberOf(row['episodes'])) ? '' : `${whole(row['episodes'])} episodes`,
    Number.isNaN(numberOf(row['sessions'])) ? '' : `${whole(row['sessions'])} sessions`,
  ];
  return { label, note: counts.filter(Boolean).join(', '), ...point(row, field), strong };
}

function point(row: Row | undefined, field: string): { value: number; low: number; high: number } {
  return { value: numberOf(row?.[field]), low: numberOf(row?.['low']), high: numberOf(row?.['high']) };
}
