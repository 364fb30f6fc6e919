const zone = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'America/New_York',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
/** Offsets by the hour since the epoch: to ask the zone takes a hundred times as long as to add. */
const offsets = new Map<number, number>();

/** Epoch seconds as New York wall time, HH:MM:SS. */
export function newYork(s: number): string {
  return wall(s).slice(11, 19);
}

/** Epoch seconds as New York wall time, HH:MM. */
export function newYorkMinute(s: number): string {
  return wall(s).slice(11, 16);
}

/** Epoch seconds as the date in New York, YYYY-MM-DD. */
export function newYorkDate(s: number): string {
  return wall(s).slice(0, 10);
}

/** Epoch seconds of a New York date and wall time; NaN where the text is no date or no time. */
export function secondsOf(date: string, time: string): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !/^\d{2}:\d{2}(:\d{2})?$/.test(time)) return NaN;
  const wallS = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`) / 1000;
  if (Number.isNaN(wallS)) return NaN;
  const near = wallS - offsetS(wallS);
  return wallS - offsetS(near);
}

function wall(s: number): string {
  return new Date(1000 * (s + offsetS(s))).toISOString();
}

/** Seconds that New York's wall is ahead of UTC: below zero, -14400 in summer. The clocks change on the hour. */
function offsetS(s: number): number {
  const hour = Math.floor(s / 3600);
  let offset = offsets.get(hour);
  if (offset === undefined) offsets.set(hour, (offset = askedOffsetS(3600 * hour)));
  return offset;
}

function askedOffsetS(s: number): number {
  const at = Object.fromEntries(zone.formatToParts(1000 * s).map(({ type, value }) => [type, value]));
  return Date.parse(`${at['year']}-${at['month']}-${at['day']}T${at['hour']}:${at['minute']}:${at['second']}Z`) / 1000 - s;
}
