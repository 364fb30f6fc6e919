import { horizon } from '../ui/words';
import { isBlank, numberOf, skill, span } from './figures';
import { Plot } from './plots';

export type Row = Record<string, unknown>;

export interface Cell {
  text: string;
  /** Smaller, below: an interval, a number of episodes. */
  note: string;
  /** A lower bound above 0; the sign ▲ says it, too. */
  above: boolean;
}

export interface Head {
  text: string;
  /** Numbers stand right. */
  number: boolean;
  /** Its cells are not broken over lines: dates. */
  kept: boolean;
}

/** A real table; the first cell of a row heads the row. */
export interface FigureTable {
  caption: string;
  heads: Head[];
  rows: Cell[][];
}

/** One section of the report. `lacks` are the sentences that stand where something could not be shown. */
export interface Part {
  id: string;
  title: string;
  says: string[];
  lacks: string[];
  facts: { name: string; value: string }[];
  plots: Plot[];
  /** Below the plots: how to read them. */
  caption: string;
  tables: FigureTable[];
  points: string[];
}

/** What all parts need to know of a result. */
export class Subject {
  readonly question: Row;
  readonly primaryS: number | null;
  private readonly kinds: Map<unknown, unknown>;

  constructor(readonly result: Row) {
    const question = result['question'];
    this.question = typeof question === 'object' && question !== null ? (question as Row) : {};
    const primary = numberOf(this.question['horizon_s']);
    this.primaryS = Number.isNaN(primary) ? null : primary;
    this.kinds = new Map(this.rows('skill', ['forecaster', 'kind']).map((row) => [row['forecaster'], row['kind']]));
  }

  /** The rows of a list of the result that have all the fields needed. */
  rows(key: string, needed: readonly string[], holder: unknown = this.result): Row[] {
    const held = typeof holder === 'object' && holder !== null ? (holder as Row)[key] : null;
    const rows = Array.isArray(held) ? held.filter((row): row is Row => typeof row === 'object' && row !== null) : [];
    return rows.filter((row) => needed.every((field) => !isBlank(row[field])));
  }

  isStrong(row: Row): boolean {
    return (this.kinds.get(row['forecaster']) ?? 'similar') === 'similar';
  }

  /** Forecasters from a similar past first. */
  ordered(rows: readonly Row[]): Row[] {
    return [...rows.filter((row) => this.isStrong(row)), ...rows.filter((row) => !this.isStrong(row))];
  }

  sentences(key: string): string[] {
    const told = this.result[key];
    return Array.isArray(told) ? told.filter((sentence) => !isBlank(sentence)).map(String) : [];
  }

  empty(id: string, title: string): Part {
    return { id, title, says: [], lacks: [], facts: [], plots: [], caption: '', tables: [], points: [] };
  }

  /** A part; where it shows nothing it says so, in the result's own sentence about what is missing where one of `clues` is in it. */
  part(id: string, title: string, clues: readonly string[], held: Partial<Part>, shows?: boolean): Part {
    const full = { ...this.empty(id, title), ...held };
    const holds = shows ?? full.facts.length + full.plots.length + full.tables.length + full.points.length > 0;
    if (holds) return full;
    const known = this.sentences('missing').filter((told) => clues.some((clue) => told.toLowerCase().includes(clue)));
    const told = `The result holds nothing on this: ${title.charAt(0).toLowerCase()}${title.slice(1)}.`;
    return { ...this.empty(id, title), lacks: known.length > 0 ? known : [told] };
  }

  /** `8 min (primary)`. */
  horizon(value: unknown): string {
    return horizon(numberOf(value)) + (value === this.primaryS ? ' (primary)' : '');
  }
}

export function cell(text: string, note = '', above = false): Cell {
  return { text, note, above };
}

export function head(text: string, number = true, kept = number): Head {
  return { text, number, kept };
}

/** Skill above its interval; `marked` adds a sign where the lower bound is above 0. */
export function skillCell(row: Row | undefined, marked = false): Cell {
  if (!row) return cell('–');
  const above = marked && numberOf(row['low']) > 0;
  return cell(`${above ? '▲ ' : ''}${skill(row['skill'])}`, span(row['low'], row['high']), above);
}

/** Different values of a field in order of appearance. */
export function distinct(rows: readonly Row[], field: string): string[] {
  return [...new Set(rows.map((row) => String(row[field])))];
}
