import { newYork, newYorkDate, newYorkMinute, secondsOf } from './new-york';

describe('New York wall time', () => {
  it('is four hours behind UTC in summer and five in winter', () => {
    expect(secondsOf('2025-10-14', '09:30:00')).toBe(Date.parse('2025-10-14T13:30:00Z') / 1000);
    expect(secondsOf('2025-12-15', '09:30')).toBe(Date.parse('2025-12-15T14:30:00Z') / 1000);
  });

  it('changes in the night of the changeover', () => {
    expect(secondsOf('2025-11-02', '00:30:00')).toBe(Date.parse('2025-11-02T04:30:00Z') / 1000);
    expect(secondsOf('2025-11-02', '09:30:00')).toBe(Date.parse('2025-11-02T14:30:00Z') / 1000);
  });

  it('is written as it is read', () => {
    for (const time of ['00:00:00', '03:59:59', '12:00:05', '23:59:55']) expect(newYork(secondsOf('2026-03-09', time))).toBe(time);
  });

  it("is that of the browser's zone table in every hour of a year", () => {
    const table = new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/New_York', dateStyle: 'short', timeStyle: 'medium' });
    for (let s = Date.UTC(2025, 0, 1, 0, 59, 55) / 1000; s < Date.UTC(2026, 0, 1) / 1000; s += 3600)
      for (const at of [s, s + 5]) expect(`${newYorkDate(at)} ${newYork(at)}`).toBe(table.format(1000 * at));
    expect(newYorkMinute(Date.UTC(2025, 9, 14, 13, 30, 55) / 1000)).toBe('09:30');
  });

  it.each([
    ['', '09:30:00'],
    ['2025-10-14', ''],
    ['2025-10-14', '9:30'],
    ['2025-13-40', '09:30:00'],
    ['2025-10-14', '25:00:00'],
  ])('of date "%s" and time "%s" is no moment', (date, time) => {
    expect(secondsOf(date, time)).toBeNaN();
  });
});
