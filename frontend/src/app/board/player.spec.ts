import { ServedDay } from '../api/day.fixture';
import { MadeUpSocket } from '../api/server.fixture';
import { Player } from './player';

describe('the player', () => {
  let player: Player;
  let events: string[];
  let from = 100;
  const window = new ServedDay().message(3);

  beforeEach(() => {
    vi.useFakeTimers();
    MadeUpSocket.stub();
    events = [];
    from = 100;
    player = new Player('replay', {
      params: () => ({ from_s: from, speed: 12 }),
      window: ({ start_s }) => events.push(`window ${start_s}`),
      ended: () => events.push('ended'),
      problem: ({ code }) => events.push(code),
      broken: () => events.push('broken'),
      restored: () => events.push('restored'),
    });
  });
  afterEach(() => {
    player.pause();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('plays from the cursor and hands on each window', () => {
    player.play();
    expect(MadeUpSocket.last.params.get('from_s')).toBe('100');
    MadeUpSocket.last.say(window);
    expect(events).toEqual([`window ${window.start_s}`]);
    expect(player.playing()).toBe(true);
  });

  it('closes its connection when paused and hears nothing more of it', () => {
    player.play();
    const socket = MadeUpSocket.last;
    player.pause();
    socket.say(window);
    socket.break();
    expect(socket.closed).toBe(true);
    expect(events).toEqual([]);
    expect(player.ageS()).toBeNull();
  });

  it('gives the age of its feed, second by second, from the last message on', () => {
    player.play();
    vi.advanceTimersByTime(12_000);
    expect(player.ageS()).toBe(12);
    MadeUpSocket.last.say(window);
    expect(player.ageS()).toBe(0);
    vi.advanceTimersByTime(3000);
    expect(player.ageS()).toBe(3);
  });

  it('connects again from where the cursor is by then, and ages on until a message comes', () => {
    player.play();
    MadeUpSocket.last.break();
    from = 250;
    vi.advanceTimersByTime(500);
    expect(MadeUpSocket.opened).toHaveLength(2);
    expect(MadeUpSocket.last.params.get('from_s')).toBe('250');
    for (let trial = 0; trial < 6; trial++) {
      MadeUpSocket.last.break();
      vi.advanceTimersByTime(5000);
    }
    expect(MadeUpSocket.opened).toHaveLength(8);
    expect(player.ageS()).toBe(30.5);
    MadeUpSocket.last.say(window);
    expect(events.filter((word) => word !== 'broken')).toEqual(['restored', `window ${window.start_s}`]);
    expect(player.ageS()).toBe(0);
  });

  it('stops at the session’s end and at a problem', () => {
    player.play();
    MadeUpSocket.last.say({ type: 'end', as_of_s: 200 });
    expect(player.playing()).toBe(false);
    player.play();
    MadeUpSocket.last.say({ type: 'problem', code: 'day_changed', message: 'why', fix: null });
    expect(player.playing()).toBe(false);
    expect(events).toEqual(['ended', 'day_changed']);
    vi.advanceTimersByTime(60_000);
    expect(MadeUpSocket.opened).toHaveLength(2);
  });

  it('sends another speed to the server over the same connection', () => {
    player.play();
    player.setSpeed(60);
    expect(MadeUpSocket.last.sent).toEqual([{ type: 'speed', value: 60 }]);
    expect(MadeUpSocket.opened).toHaveLength(1);
  });
});
