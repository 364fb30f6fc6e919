import type { DayEvent } from '../api/day-data';
import { madeUpEvent } from '../api/event.fixture';
import { OPEN_S } from '../api/made-up-day.fixture';
import { LINES_MAX, eventLines } from './events.geometry';

const event = (atS: number, kind: DayEvent['kind'], text: string, levelId?: string | null): DayEvent =>
  madeUpEvent(OPEN_S + atS, kind, text, levelId);

describe('the lines of the events', () => {
  const events = [
    event(0, 'known', 'PM High 6800.00 known'),
    event(5, 'approach', 'approaching PM High'),
    event(10, 'test', 'first test from above'),
    event(15, 'wall', '57 of 78 asks at 6793 pulled', null),
    event(20, 'state', 'TILT UP'),
    event(25, 'state', 'VACUUM'),
    event(30, 'state', 'HOLD'),
    event(35, 'fire', 'FIRE: break down'),
    event(40, 'resolved', 'broke, down'),
    event(45, 'resolved', 'chopped'),
  ];

  it('have a time, a glyph by kind and words, and a side where they name a direction', () => {
    const { lines } = eventLines(events, 'pm_high', OPEN_S + 100);
    expect(lines.map(({ time, glyph, side }) => `${time} ${glyph} ${side}`).reverse()).toEqual([
      '09:30:00 – flat',
      '09:30:05 ◇ flat',
      '09:30:10 ◇ flat',
      '09:30:15 ◆ flat',
      '09:30:20 ▲ up',
      '09:30:25 ↕ flat',
      '09:30:30 ■ flat',
      '09:30:35 ● down',
      '09:30:40 ▼ down',
      '09:30:45 ■ flat',
    ]);
    expect(lines.filter(({ isFire }) => isFire).map(({ text }) => text)).toEqual(['FIRE: break down']);
  });

  it('keep their keys while newer ones come', () => {
    const keys = (s: number): string[] => eventLines(events, 'pm_high', OPEN_S + s).lines.map(({ key }) => key);
    expect(keys(30)).toEqual(keys(45).slice(3));
  });

  it('are the newest, and how many are left out is known', () => {
    const many = Array.from({ length: LINES_MAX + 7 }, (_, at) => event(at, 'wall', `wall ${at}`, null));
    const { lines, older } = eventLines(many, 'pm_high', OPEN_S + 1000);
    expect([lines.length, older, lines[0].text]).toEqual([LINES_MAX, 7, `wall ${LINES_MAX + 6}`]);
  });
});
