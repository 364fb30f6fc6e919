/** Sizes and times of the lake in words. */

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

/** `0.4 s`, `12 s`, `3 min 05 s`; a dash where no run was noted. */
export function worked(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  return `${Math.floor(rounded / 60)} min ${String(rounded % 60).padStart(2, '0')} s`;
}

/** `7,920`; a dash where it is not known. */
export function count(value: number | null): string {
  return value === null ? '–' : whole(value);
}
