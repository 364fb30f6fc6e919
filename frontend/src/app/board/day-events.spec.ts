import { madeUpEvent as event } from '../api/event.fixture';
import { eventsAt, firesAt, firesText, sideNamed } from './day-events';

describe('events known at a moment', () => {
  const events = [
    event(10, 'test', 'first test from below'),
    event(20, 'wall', '57 of 78 asks at 6793 pulled', null),
    event(30, 'state', 'TILT UP', 'or_high'),
    event(40, 'state', 'TILT DOWN'),
    event(50, 'state', 'EVEN'),
  ];

  it('are those of the level and of walls, newest first', () => {
    expect(eventsAt(events, 'pm_high', 40).map(({ atS }) => atS)).toEqual([40, 20, 10]);
  });

  it('are never later than it', () => {
    for (let s = 0; s < 60; s += 5) expect(eventsAt(events, 'pm_high', s).every(({ atS }) => atS <= s)).toBe(true);
  });
});

describe('the words of an event', () => {
  it.each([
    ['TILT UP', 'up'],
    ['FIRE: break down', 'down'],
    ['broke, up', 'up'],
    ['rejected, down', 'down'],
    ['chopped', 'flat'],
    ['VACUUM', 'flat'],
    ['upper', 'flat'],
  ])('"%s" speak for %s', (text, side) => {
    expect(sideNamed(text)).toBe(side);
  });
});

describe('fires', () => {
  const events = [
    event(10, 'test', 'first test from below'),
    event(15, 'fire', 'FIRE: break up'),
    event(16, 'resolved', 'rejected, down', 'or_high'),
    event(50, 'resolved', 'confirmed break: rejected, down'),
    event(60, 'resolved', 'broke, up'),
    event(75, 'fire', 'FIRE: break down'),
    event(90, 'resolved', 'rejected, up'),
    event(93, 'fire', 'FIRE: reject up'),
    event(95, 'resolved', 'chopped'),
    event(100, 'fire', 'FIRE: reject up'),
  ];

  it('point where their words say', () => {
    expect(firesAt(events, 'pm_high', 100).map(({ atS, side }) => [atS, side])).toEqual([
      [15, 'up'],
      [75, 'down'],
      [93, 'up'],
      [100, 'up'],
    ]);
  });

  it('are right, wrong or open as it was known at the moment', () => {
    expect(firesAt(events, 'pm_high', 100).map(({ right }) => right)).toEqual([true, false, false, null]);
    expect(firesAt(events, 'pm_high', 59).map(({ right }) => right)).toEqual([null]);
  });

  it('are counted in words', () => {
    expect(firesText(firesAt(events, 'pm_high', 14))).toBe('');
    expect(firesText(firesAt(events, 'pm_high', 20))).toBe('1 fired, 0 right, 1 open');
    expect(firesText(firesAt(events, 'pm_high', 92))).toBe('2 fired today, 1 right');
  });
});
