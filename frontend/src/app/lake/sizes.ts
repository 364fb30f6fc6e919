/** Sizes of the lake in words. */

import { whole } from '../ui/format';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `412 B`, `566 kB`, `1.6 GB`: powers of a thousand, as disks are sold. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toPrecision(2)} ${UNITS[unit]}`;
}

/** `7,920`; a dash where it is not known. */
export function count(value: number | null): string {
  return value === null ? '–' : whole(value);
}
