import { horizon, levelName, named } from '../ui/words';
import { ABSENT, numberOf, plain, skill, whole, words } from './figures';
import { Part, Row, Subject, cell, distinct, head, skillCell } from './report-part';

/** The newest trials that are shown; the sentence above the table tells how many there are. */
const LEDGER_ROWS = 400;

export function recovery(subject: Subject): Part {
  const points = subject.rows('points', ['kind', 'signature', 'outcome', 'forecaster'], subject.result['recovery']);
  const title = 'Recovery of planted effects';
  if (points.length === 0) {
    const known = subject.sentences('missing').filter((told) => told.toLowerCase().includes('recover'));
    const plea = 'No recovery of planted effects was run with this evaluation. Run: spymaster recovery';
    return { ...subject.empty('recovery', title), lacks: known.length > 0 ? known : [plea] };
  }
  return subject.part('recovery', title, ['recover'], {
    says: ['Simulated data with an effect of known size: the evaluation must find it, and find nothing where there is none.'],
    tables: [
      {
        caption: 'SYNTHETIC: skill against planted effect, over seeds, with interval',
        heads: [
          head('Planted', false),
          head('Signature'),
          head('Outcome'),
          head('Forecaster', false),
          ...['Mean skill', 'Seeds with p below 0.05', 'Seeds with lower bound above 0'].map((text) => head(text)),
        ],
        rows: points.map((row) => [
          cell(String(row['kind'])),
          cell(plain(row['signature'], 2)),
          cell(plain(row['outcome'], 2)),
          cell(named(row['forecaster'])),
          skillCell({ ...row, skill: row['mean'] }),
          cell(`${whole(row['significant'])} of ${whole(row['seeds'])}`),
          cell(`${whole(row['bounds_above_zero'])} of ${whole(row['seeds'])}`),
        ]),
      },
    ],
  });
}

export function ledger(subject: Subject): Part {
  const rows = subject.rows('ledger', ['when', 'forecaster']);
  const newest = [...rows].sort((a, b) => String(b['when']).localeCompare(String(a['when']))).slice(0, LEDGER_ROWS);
  const says = [`The ledger holds ${whole(rows.length)} trials; the newest stand first. Every one counts in the correction of p.`];
  if (rows.length > LEDGER_ROWS) says.push(`The newest ${LEDGER_ROWS} are shown; all of them are in the ledger file.`);
  return subject.part('ledger', 'Trial ledger', ['ledger', 'trial'], {
    says,
    tables: newest.length
      ? [
          {
            caption: 'Trials, newest first',
            heads: [
              head('When', false, true),
              head('Forecaster', false),
              head('Levels', false),
              head('Sessions', false, true),
              ...['Horizon', 'RPS skill', 'p'].map((text) => head(text)),
              head('Settings', false),
              head('Data', false),
            ],
            rows: newest.map((row) => [
              cell(String(row['when'])),
              cell(named(row['forecaster'])),
              cell(levels(row), named(words(row['setup']))),
              cell(words(row['first']), `to ${words(row['last'])}`),
              cell(Number.isNaN(numberOf(row['horizon_s'])) ? ABSENT : horizon(numberOf(row['horizon_s']))),
              cell(skill(row['skill'])),
              cell(plain(row['p'])),
              cell(words(row['settings']).slice(0, 8)),
              cell(words(row['data']).slice(0, 8)),
            ]),
          },
        ]
      : [],
  });
}

export function excluded(subject: Subject): Part {
  const rows = subject.rows('excluded', ['date']);
  if (rows.length === 0) return { ...subject.empty('excluded', 'Excluded sessions'), says: ['No session was excluded.'] };
  const reasons = distinct(rows.map((row) => ({ reason: words(row['reason']) })), 'reason');
  const dates = (reason: string): string[] => rows.filter((row) => words(row['reason']) === reason).map((row) => String(row['date'])).sort();
  return subject.part('excluded', 'Excluded sessions', [], {
    tables: [
      {
        caption: 'Sessions that were not scored, by reason',
        heads: [head('Reason', false), head('Sessions'), head('Dates', false)],
        rows: reasons.map((reason) => [cell(reason), cell(whole(dates(reason).length)), cell(dates(reason).join(', '))]),
      },
    ],
  });
}

export function hashes(subject: Subject): Part {
  const held = subject.result['hashes'];
  const known = typeof held === 'object' && held !== null ? (held as Row) : {};
  const names: [string, string][] = [
    ['Data', 'data'],
    ['Settings', 'settings'],
    ['Code', 'code'],
  ];
  const facts = names.filter(([, key]) => words(known[key]) !== ABSENT).map(([name, key]) => ({ name, value: words(known[key]) }));
  return subject.part('hashes', 'Hashes', ['hash'], { says: ['The same data, settings and code give the same figures.'], facts });
}

function levels(row: Row): string {
  const held = row['levels'];
  return Array.isArray(held) ? held.map((level) => levelName(String(level))).join(', ') : words(held);
}
