/** How the evaluation writes its figures: as the printed report does, so that both read alike. */

import { whole as counted } from '../ui/format';

/** Stands where a figure could not be computed. */
export const ABSENT = '–';
/** A skill that three decimals would round to 0. */
const NEAR_ZERO = 0.0005;

/** The value as a finite number, NaN for anything else. */
export function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : NaN;
}

/** Nothing that could be shown. */
export function isBlank(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || Number.isNaN(value)) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** Text, or the sign for none. */
export function words(value: unknown): string {
  return isBlank(value) ? ABSENT : String(value);
}

/** A skill: `+0.012`, `−0.0003`; one near 0 keeps its sign, because a bound above 0 must look like one. */
export function skill(value: unknown): string {
  const number = numberOf(value);
  if (Number.isNaN(number)) return ABSENT;
  if (number === 0) return '0.000';
  const size = Math.abs(number).toFixed(Math.abs(number) >= NEAR_ZERO ? 3 : 4);
  return `${number > 0 ? '+' : '−'}${size}`;
}

/** A number without a sign of its own. */
export function plain(value: unknown, digits = 3): string {
  const number = numberOf(value);
  return Number.isNaN(number) ? ABSENT : number.toFixed(digits).replace('-', '−');
}

/** A share: `89.3 %`. */
export function percent(value: unknown, digits = 1): string {
  const number = numberOf(value);
  return Number.isNaN(number) ? ABSENT : `${(100 * number).toFixed(digits).replace('-', '−')} %`;
}

/** A count: `2,310`. */
export function whole(value: unknown): string {
  const number = numberOf(value);
  return Number.isNaN(number) ? ABSENT : counted(number);
}

/** An interval: `[−0.004, +0.028]`; empty without both ends. */
export function span(low: unknown, high: unknown, form: (value: unknown) => string = skill): string {
  return Number.isNaN(numberOf(low)) || Number.isNaN(numberOf(high)) ? '' : `[${form(low)}, ${form(high)}]`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}
