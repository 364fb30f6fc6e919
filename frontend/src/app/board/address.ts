import type { Approach } from '../api/approach';
import { newYork, secondsOf } from '../ui/new-york';
import { ThemeName, themeName } from '../ui/palette';
import { SPEED_FIRST, boundSpeed } from './speeds';

/** What the board's URL says; null where it is silent. */
export interface Address {
  symbol: string | null;
  date: string | null;
  /** The cursor, epoch seconds. */
  atS: number | null;
  level: string | null;
  approachDir: Approach | null;
  speed: number;
  heat: boolean;
  /** Minutes that the picture of the resting size spans. */
  span: number;
  /** Panels shown as tables. */
  tables: string[];
  theme: ThemeName | null;
}

/** Minutes of resting size that are shown before the reader zooms. */
export const SPAN_FIRST = 60;

/** Query parameters as the router gives and takes them; null leaves one out. */
export type Parameters = Record<string, string | null>;

export function addressOf(parameters: { get(name: string): string | null }): Address {
  const date = parameters.get('date');
  const atS = secondsOf(date ?? '', parameters.get('at') ?? '');
  const approachDir = parameters.get('approach_dir');
  const speed = parameters.get('speed');
  return {
    symbol: parameters.get('symbol'),
    date,
    atS: Number.isNaN(atS) ? null : atS,
    level: parameters.get('level'),
    approachDir: approachDir === 'from_below' || approachDir === 'from_above' ? approachDir : null,
    speed: speed === null ? SPEED_FIRST : boundSpeed(Number(speed)),
    heat: parameters.get('heat') === '1',
    span: spanOf(parameters.get('span')),
    tables:
      parameters
        .get('tables')
        ?.split(',')
        .filter((name) => name !== '') ?? [],
    theme: themeName(parameters.get('theme')),
  };
}

export function parametersOf(address: Address): Parameters {
  return {
    symbol: address.symbol,
    date: address.date,
    at: address.atS === null ? null : newYork(address.atS),
    level: address.level,
    approach_dir: address.approachDir,
    speed: address.speed === SPEED_FIRST ? null : String(address.speed),
    heat: address.heat ? '1' : null,
    span: Math.round(address.span) === SPAN_FIRST ? null : String(Math.round(address.span)),
    tables: address.tables.length > 0 ? address.tables.join(',') : null,
    theme: address.theme,
  };
}

function spanOf(text: string | null): number {
  const minutes = Math.round(Number(text ?? NaN));
  return minutes > 0 ? minutes : SPAN_FIRST;
}
