import type { Approach } from '../api/approach';
import { newYork, secondsOf } from '../ui/new-york';
import { BOUNDS, FIRST_LOOK, Look } from './look';
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
  /** How the stage is looked at. */
  look: Look;
  /** Panels shown as tables. */
  tables: string[];
  theme: ThemeName | null;
}

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
    look: lookOf(parameters),
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
    ...lookParameters(address.look),
    tables: address.tables.length > 0 ? address.tables.join(',') : null,
    theme: address.theme,
  };
}

/** Of the look, what is a number and what is on or off; the names are the URL's. */
const NUMBERS = { span: 'span', dark: 'dark', bright: 'bright', back: 'backS', shift: 'shift', rows: 'rows', over: 'horizonS' } as const;
const SWITCHES = { heat: 'heat', lens: 'lens' } as const;

function lookOf(parameters: { get(name: string): string | null }): Look {
  const look = { ...FIRST_LOOK };
  const read = <Field extends (typeof NUMBERS)[keyof typeof NUMBERS]>(name: string, field: Field): void => {
    look[field] = BOUNDS[field](Number(parameters.get(name) ?? NaN)) ?? FIRST_LOOK[field];
  };
  for (const [name, field] of Object.entries(NUMBERS)) read(name, field);
  for (const [name, field] of Object.entries(SWITCHES)) if (parameters.get(name) === '0') look[field] = false;
  return look;
}

function lookParameters(look: Look): Parameters {
  const numbers = Object.entries(NUMBERS).map(([name, field]) => [name, look[field] === FIRST_LOOK[field] ? null : String(look[field])]);
  const switches = Object.entries(SWITCHES).map(([name, field]) => [name, look[field] ? null : '0']);
  return Object.fromEntries([...numbers, ...switches]) as Parameters;
}
