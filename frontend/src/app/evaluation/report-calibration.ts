import { named } from '../ui/words';
import { numberOf, percent, plain, skill, span, whole } from './figures';
import { binned } from './plots';
import { interval } from './report-skill';
import { Part, Row, Subject, cell, distinct, head } from './report-part';

/** More forecasters than this stay in the tables. */
const PANELS_MAX = 6;

export function reliability(subject: Subject): Part {
  const known = subject.ordered(subject.rows('reliability', ['forecaster', 'class']));
  const rows = known.map((row) => ({ row, bins: subject.rows('bins', ['p'], row).map(binOf) }));
  const names = distinct(known, 'forecaster').filter((name) => rows.some(({ row, bins }) => String(row['forecaster']) === name && bins.length));
  const without = rows.filter(({ bins }) => bins.length === 0).map(({ row }) => `${named(row['forecaster'])} (${String(row['class']).toUpperCase()})`);
  const table = rows.flatMap(({ row, bins }) =>
    bins.map((bin) => [
      cell(named(row['forecaster'])),
      cell(String(row['class']).toUpperCase()),
      cell(percent(bin.p)),
      cell(percent(bin.frequency), span(bin.low, bin.high, percent)),
      cell(whole(bin.episodes)),
    ]),
  );
  return subject.part('reliability', 'Reliability', ['reliab'], {
    lacks: without.length > 0 ? [`There are no bins for ${without.join(', ')}.`] : [],
    plots: names.slice(0, PANELS_MAX).map((name) => ({
      kind: 'reliability',
      title: named(name),
      outcomes: rows
        .filter(({ row }) => String(row['forecaster']) === name)
        .map(({ row, bins }) => ({ outcome: String(row['class']).toUpperCase(), bins })),
    })),
    caption: 'On the dashed diagonal, what is said to happen in 40 % of cases happens in 40 %. Below: episodes in each bin.' + more(names),
    tables: table.length
      ? [
          {
            caption: 'Stated probability and observed frequency, with interval',
            heads: [head('Forecaster', false), head('Outcome', false), head('Stated probability'), head('Observed frequency'), head('Episodes')],
            rows: table,
          },
        ]
      : [],
  });
}

export function sharpness(subject: Subject): Part {
  const rows = subject.ordered(subject.rows('sharpness', ['forecaster']));
  return subject.part('sharpness', 'Sharpness', ['sharp'], {
    says: [
      'How far the forecasts depart from their own mean, in probability: 0 for one that always says the same.',
      'It counts only beside reliability.',
    ],
    tables: rows.length
      ? [
          {
            caption: 'Sharpness by forecaster',
            heads: [head('Forecaster', false), head('Sharpness, probability')],
            rows: rows.map((row) => [cell(named(row['forecaster'])), cell(plain(row['sharpness']))]),
          },
        ]
      : [],
  });
}

export function coverage(subject: Subject): Part {
  const rows = subject.ordered(subject.rows('coverage', ['forecaster', 'horizon_s']));
  const names = distinct(rows, 'forecaster');
  return subject.part('coverage', 'Coverage of the conformal sets (marginal)', ['coverage', 'conformal', 'sets'], {
    says: ['Coverage is marginal: it holds over all episodes together, not for one level, time of day or session.'],
    plots: names.slice(0, 3).map((name) => ({
      kind: 'intervals',
      title: named(name),
      unit: 'share of outcomes inside the set',
      reference: numberOf(rows.find((row) => String(row['forecaster']) === name)?.['wanted']),
      as: 'share',
      rows: rows.filter((row) => String(row['forecaster']) === name).map((row) => interval(row, 'covered', subject.horizon(row['horizon_s']), true)),
    })),
    caption: 'Share of outcomes inside the set, with interval; dashed: the share asked for.',
    tables: rows.length
      ? [
          {
            caption: 'Marginal coverage of the conformal sets, with interval',
            heads: [head('Forecaster', false), ...['Horizon', 'Wanted', 'Covered', 'Mean size of a set', 'Episodes', 'Sessions'].map((text) => head(text))],
            rows: rows.map((row) => [
              cell(named(row['forecaster'])),
              cell(subject.horizon(row['horizon_s'])),
              cell(percent(row['wanted'])),
              cell(percent(row['covered']), span(row['low'], row['high'], percent)),
              cell(plain(row['mean_size'], 2)),
              cell(whole(row['episodes'])),
              cell(whole(row['sessions'])),
            ]),
          },
        ]
      : [],
  });
}

export function excursions(subject: Subject): Part {
  const rows = subject.ordered(subject.rows('excursions', ['forecaster', 'horizon_s']));
  return subject.part('excursions', 'Coverage of the excursion quantiles', ['excursion', 'mfe', 'mae'], {
    says: ['MFE is the largest move toward a break, MAE the largest against it. Only episodes whose neighbours gave quantiles count.'],
    tables: rows.length
      ? [
          {
            caption: 'Share of the moves that lay between the 10 % and the 90 % quantile of the neighbours’',
            heads: [head('Forecaster', false), head('Excursion', false), ...['Horizon', 'Wanted', 'Covered', 'Episodes', 'Sessions'].map((text) => head(text))],
            rows: rows.map((row) => [
              cell(named(row['forecaster'])),
              cell(String(row['excursion'])),
              cell(subject.horizon(row['horizon_s'])),
              cell(percent(row['wanted'])),
              cell(percent(row['covered']), span(row['low'], row['high'], percent)),
              cell(whole(row['episodes'])),
              cell(whole(row['sessions'])),
            ]),
          },
        ]
      : [],
  });
}

export function distances(subject: Subject): Part {
  const rows = subject.ordered(subject.rows('distances', ['forecaster']));
  const drawable = rows.filter((row) => isHistogram(row['edges'], row['count']));
  return subject.part('distances', 'Distances of the neighbours', ['distance', 'neighbour'], {
    plots: drawable.slice(0, PANELS_MAX).map((row) => ({
      kind: 'histogram',
      title: named(row['forecaster']),
      unit: 'distance',
      counted: 'episodes',
      edges: row['edges'] as number[],
      counts: row['count'] as number[],
      mark: null,
    })),
    caption: 'How far the neighbours were, one figure an episode; the scale of distance is each forecaster’s own.',
    tables: drawable.length
      ? [
          {
            caption: 'Episodes by the distance of their neighbours',
            heads: [head('Forecaster', false), ...['Distance from', 'to', 'Episodes'].map((text) => head(text))],
            rows: drawable.flatMap((row) => {
              const edges = row['edges'] as number[];
              return (row['count'] as number[]).map((count, bin) => [
                cell(named(row['forecaster'])),
                cell(plain(edges[bin], 2)),
                cell(plain(edges[bin + 1], 2)),
                cell(whole(count)),
              ]);
            }),
          },
        ]
      : [],
    points: rows
      .filter((row) => !Number.isNaN(numberOf(row['strange_share'])))
      .map((row) => `${named(row['forecaster'])}: ${percent(row['strange_share'])} of the episodes had nothing like them before.`),
  });
}

export function permutation(subject: Subject): Part {
  const rows = subject.ordered(subject.rows('permutation', ['forecaster']));
  return subject.part('permutation', 'Permutation test', ['permut'], {
    says: ['The corrected p counts every trial in the ledger: who tries often enough finds something.'],
    plots: rows.slice(0, PANELS_MAX).flatMap((row) => {
      const bins = binned(Array.isArray(row['draws']) ? row['draws'].map(numberOf) : [], 30);
      const observed = numberOf(row['observed']);
      if (bins.counts.length === 0) return [];
      return [
        {
          kind: 'histogram' as const,
          title: `${named(row['forecaster'])}: p ${plain(row['p'])}, corrected ${plain(row['p_corrected'])}`,
          unit: 'RPS skill',
          counted: 'permutations',
          ...bins,
          mark: Number.isNaN(observed) ? null : { value: observed, label: `observed ${skill(observed)}` },
        },
      ];
    }),
    caption: 'Grey: the same forecaster when whole sessions of features are dealt to the wrong outcomes. Dashed line: what it really showed.',
    tables: rows.length
      ? [
          {
            caption: 'Permutation of whole feature-days, primary horizon',
            heads: [head('Forecaster', false), ...['Observed RPS skill', 'p', 'Corrected p', 'Trials corrected for'].map((text) => head(text))],
            rows: rows.map((row) => [
              cell(named(row['forecaster'])),
              cell(skill(row['observed'])),
              cell(plain(row['p'])),
              cell(plain(row['p_corrected'])),
              cell(whole(row['trials'])),
            ]),
          },
        ]
      : [],
  });
}

function binOf(row: Row): { p: number; frequency: number; low: number; high: number; episodes: number } {
  const [p, frequency, low, high, episodes] = ['p', 'frequency', 'low', 'high', 'episodes'].map((field) => numberOf(row[field]));
  return { p, frequency, low, high, episodes };
}

/** One edge more than counts, all of them numbers. */
function isHistogram(edges: unknown, counts: unknown): boolean {
  if (!Array.isArray(edges) || !Array.isArray(counts) || counts.length === 0 || edges.length !== counts.length + 1) return false;
  return [...edges, ...counts].every((value) => Number.isFinite(value));
}

function more(names: readonly string[]): string {
  return names.length > PANELS_MAX ? ` ${names.length - PANELS_MAX} more forecasters are not drawn.` : '';
}
