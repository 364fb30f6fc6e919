/** A stretch of whole seconds as a reader says it: `25 s`, `6 min 05 s`, `1 h 12 min`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${twoDigits(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** The same, to one unit: `25 s`, `6 min`, `1.7 h`. */
export function roughly(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 6000 ? `${Math.floor(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Time worked, with tenths while it is short: `0.4 s`, `12 s`, `3 min 05 s`; a dash where none was noted. */
export function worked(seconds: number | null): string {
  if (seconds === null) return '–';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const rounded = Math.round(seconds);
  if (rounded < 60) return `${rounded} s`;
  return `${Math.floor(rounded / 60)} min ${twoDigits(rounded % 60)} s`;
}

function twoDigits(count: number): string {
  return String(count).padStart(2, '0');
}
