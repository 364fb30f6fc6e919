import { Axis, IntervalRow, Intervals, LinePoint, LineSeries, Lines, Part, Report } from '../api/schema';

/** Small parts of a report, as the server sends them. */

export const SKILL: Axis = { label: 'RPS skill', low: -0.05, high: 0.05, form: 'skill' };

export function row(label: string, value: number | null, half = 0.01, strong = true): IntervalRow {
  return {
    label,
    note: '900 windows, 40 sessions',
    figure: `${label}'s figure`,
    value,
    low: value === null ? null : value - half,
    high: value === null ? null : value + half,
    strong,
  };
}

export function intervals(rows: IntervalRow[], axis: Axis = SKILL, reference = 0): Intervals {
  return { kind: 'intervals', title: 'RPS', description: 'RPS in words.', axis, reference, rows };
}

export function point(value: number | null, weight = 1): LinePoint {
  return {
    value,
    low: value === null ? null : value - 0.01,
    high: value === null ? null : value + 0.01,
    figure: value === null ? '' : 'its figure',
    weight,
  };
}

export function series(label: string, strong: boolean, values: (number | null)[], joined = true): LineSeries {
  return { label, strong, joined, points: values.map((value) => point(value)) };
}

export function lines(...all: LineSeries[]): Lines {
  const places = all[0].points.map((_, place) => `${place + 1} min`);
  return { kind: 'lines', title: 'Skill', description: 'Skill in words.', across: 'horizon', places, axis: SKILL, series: all, dots: [] };
}

export function part(id: string, over: Partial<Part> = {}): Part {
  return {
    id,
    title: id,
    sentences: [],
    missing: [],
    facts: [],
    plots: [],
    caption: '',
    tables: [],
    bullets: [],
    basis: '',
    synthetic: false,
    ...over,
  };
}

export function report(over: Partial<Report> = {}): Report {
  return {
    title: 'Evaluation ES',
    kicker: 'Is a similar past worth anything? ES 2025-10-01 to 2025-12-19',
    headline: 'Retrieval adds nothing that 40 sessions could show.',
    sentence: 'No skill shown over 40 sessions.',
    good: false,
    synthetic: true,
    facts: [{ name: 'Scored', value: '900 windows', code: false }],
    parts: [part('skill', { sentences: ['All forecasters answered for the same windows.'] })],
    ...over,
  };
}
