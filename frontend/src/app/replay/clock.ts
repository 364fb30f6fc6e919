const parts = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'America/New_York',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** Epoch seconds of a New York date and wall time; NaN where the text is no date or no time. */
export function secondsOf(date: string, time: string): number {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || !/^\d{2}:\d{2}(:\d{2})?$/.test(time)) return NaN;
  const wall = Date.parse(`${date}T${time.length === 5 ? `${time}:00` : time}Z`) / 1000;
  if (Number.isNaN(wall)) return NaN;
  const near = wall - offsetS(wall);
  return wall - offsetS(near);
}

/** Seconds that New York's wall is ahead of UTC at a moment: below zero, -14400 in summer. */
function offsetS(s: number): number {
  const at = Object.fromEntries(parts.formatToParts(s * 1000).map(({ type, value }) => [type, value]));
  return Date.parse(`${at['year']}-${at['month']}-${at['day']}T${at['hour']}:${at['minute']}:${at['second']}Z`) / 1000 - s;
}
