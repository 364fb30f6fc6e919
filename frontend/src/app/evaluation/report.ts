import { Part, Row, Subject } from './report-part';
import { horizon, levelName, named } from '../ui/words';
import { isBlank, listed, numberOf, percent, plain, whole, words } from './figures';
import { against, byHorizon, bySeries, bySession, skillNow } from './report-skill';
import { coverage, distances, excursions, permutation, reliability, sharpness } from './report-calibration';
import { excluded, hashes, ledger, recovery } from './report-records';

export interface Fact {
  name: string;
  value: string;
}

/** What the screen shows of an evaluation's result; what the result lacks is said in a sentence where it would have stood. */
export interface Report {
  /** `ES 2025-10-01 to 2025-12-19`, as far as known. */
  asked: string;
  headline: string;
  /** `shown` only where the verdict itself grants it. */
  verdict: 'shown' | 'not_shown' | 'not_scored';
  /** The headline in plain words. */
  plainly: string;
  /** null: the result does not say where its data come from. */
  synthetic: boolean | null;
  /** What stands behind every figure: n and dates. */
  behind: string;
  figures: Fact[];
  parts: Part[];
}

/** The report of a result, whose parts may be empty, null or missing. */
export function reportOf(result: Row): Report {
  const subject = new Subject(result);
  const verdict = dict(result['verdict']);
  const { root, first, last } = subject.question;
  const known = [root, first, last].filter((told) => !isBlank(told)).map(String);
  return {
    asked: known.length < 3 ? known.join(' ') : `${known[0]} ${known[1]} to ${known[2]}`,
    headline: isBlank(verdict['sentence']) ? 'This result holds no verdict.' : String(verdict['sentence']),
    ...verdictOf(subject),
    synthetic: typeof result['synthetic'] === 'boolean' ? result['synthetic'] : null,
    behind: behind(subject),
    figures: figuresOf(subject),
    parts: partsOf(subject),
  };
}

/** What is missing stands first. Where nothing was scored, parts that need a score are left out: the verdict says why. */
function partsOf(subject: Subject): Part[] {
  const lacks = subject.sentences('missing');
  const missing = lacks.length > 0 ? [{ ...subject.empty('missing', 'What is missing'), lacks }] : [];
  const around = [recovery(subject), ledger(subject), excluded(subject), asked(subject), hashes(subject)];
  if (verdictOf(subject).verdict === 'not_scored') return [...missing, ...around];
  return [
    ...missing,
    skillNow(subject),
    against(subject),
    reliability(subject),
    sharpness(subject),
    coverage(subject),
    excursions(subject),
    bySeries(subject),
    byHorizon(subject),
    bySession(subject),
    distances(subject),
    permutation(subject),
    power(subject),
    ...around,
  ];
}

function verdictOf(subject: Subject): Pick<Report, 'verdict' | 'plainly'> {
  const counts = dict(subject.result['counts']);
  if (dict(subject.result['verdict'])['skilful'] === true) return { verdict: 'shown', plainly: 'Retrieval adds something.' };
  if (!(numberOf(counts['episodes']) > 0)) return { verdict: 'not_scored', plainly: 'Nothing was scored.' };
  return { verdict: 'not_shown', plainly: `Retrieval adds nothing that ${whole(counts['sessions'])} sessions could show.` };
}

function behind(subject: Subject): string {
  const counts = dict(subject.result['counts']);
  const { first, last } = subject.question;
  const when = isBlank(subject.result['when']) ? '' : `evaluated ${String(subject.result['when']).slice(0, 16)} UTC`;
  const n = Number.isNaN(numberOf(counts['episodes'])) ? '' : `n ${whole(counts['episodes'])} episodes, ${whole(counts['sessions'])} sessions`;
  return [n, isBlank(first) ? '' : `${String(first)} to ${words(last)}`, when].filter(Boolean).join(' · ');
}

function figuresOf(subject: Subject): Fact[] {
  const counts = dict(subject.result['counts']);
  const found = dict(subject.result['power']);
  const facts: Fact[] = [];
  if (!Number.isNaN(numberOf(counts['episodes']))) facts.push({ name: 'Scored', value: `${whole(counts['episodes'])} episodes` });
  if (!Number.isNaN(numberOf(counts['sessions']))) {
    facts.push({ name: 'On', value: `${whole(counts['sessions'])} sessions, ${whole(counts['series'])} series` });
  }
  if (!Number.isNaN(numberOf(found['detectable_skill']))) {
    facts.push({
      name: 'Smallest skill they could show',
      value: `${plain(found['detectable_skill'])} in ${percent(found['share'], 0)} of cases`,
    });
  }
  if (subject.primaryS !== null) facts.push({ name: 'Primary horizon', value: horizon(subject.primaryS) });
  return facts;
}

function power(subject: Subject): Part {
  const found = dict(subject.result['power']);
  const says = Number.isNaN(numberOf(found['detectable_skill']))
    ? []
    : [
        `${whole(found['sessions'])} sessions would show a true RPS skill of ${plain(found['detectable_skill'])} against climatology ` +
          `in ${percent(found['share'], 0)} of cases; a smaller one would often stay unseen.`,
      ];
  return subject.part('power', 'Power', ['power'], { says }, says.length > 0);
}

function asked(subject: Subject): Part {
  const question = subject.question;
  const counts = dict(subject.result['counts']);
  const told: [string, string][] = [
    ['Market', words(question.root)],
    ['Levels', listed(list(question.levels).map((level) => levelName(String(level))))],
    ['Approaches', listed(list(question.approaches).map(named))],
    ['Setup', named(words(question.setup))],
    ['Sessions', isBlank(question.first) ? '' : `${String(question.first)} to ${words(question.last)}`],
    ['Forecast', forecast(subject)],
    ['Protocol', protocol(question)],
    ['Untouched part', untouched(question)],
    ['Counted', counted(counts)],
  ];
  const facts = told.filter(([, value]) => value !== '' && value !== '–').map(([name, value]) => ({ name, value }));
  const unknown = told.filter(([, value]) => value === '' || value === '–').map(([name]) => name.toLowerCase());
  const lacks = unknown.length > 0 ? [`Not recorded: ${listed(unknown)}.`] : [];
  return subject.part('asked', 'What was asked', ['question'], { facts, lacks }, facts.length > 0);
}

function forecast(subject: Subject): string {
  if (subject.primaryS === null) return '';
  const others = list(subject.question.horizons_s).map(numberOf).filter((seconds) => seconds !== subject.primaryS && seconds > 0);
  const rest = listed(others.map(horizon));
  return `BREAK, REJECT or CHOP ${horizon(subject.primaryS)} later${rest ? `; also after ${rest}` : ''}.`;
}

function protocol(question: Row): string {
  const [warmUp, embargo, window] = ['warm_up_sessions', 'embargo_sessions', 'score_window'].map((name) => numberOf(question[name]));
  if ([warmUp, embargo, window].some(Number.isNaN)) return '';
  return (
    `Session by session, each from earlier sessions alone. The first ${whole(warmUp)} sessions only teach; the embargo, unused ` +
    `sessions just before each forecast, is ${whole(embargo)}. Every episode is forecast once, at its window number ${whole(window)}.`
  );
}

function untouched(question: Row): string {
  if (!('untouched_from' in question)) return '';
  const from = question['untouched_from'];
  if (isBlank(from)) return 'No session is left that nobody has looked at.';
  return question['released'] === true
    ? `Sessions from ${String(from)} on were set aside and are opened in this report, once.`
    : `Sessions from ${String(from)} on are set aside and not in this report; only a release opens them.`;
}

function counted(counts: Row): string {
  const units: Record<string, string> = {
    episodes: 'episodes scored',
    sessions: 'sessions',
    series: 'series (level and approach)',
    censored: 'episodes censored at the primary horizon',
    warm_up: 'episodes in the warm-up',
    excluded_sessions: 'sessions excluded',
  };
  const known = Object.entries(units).filter(([key]) => !Number.isNaN(numberOf(counts[key])));
  return known.length > 0 ? `${listed(known.map(([key, unit]) => `${whole(counts[key])} ${unit}`))}.` : '';
}

function dict(value: unknown): Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {};
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
