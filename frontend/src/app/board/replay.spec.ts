import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { ServedDay } from '../api/day.fixture';
import { madeUpEpisode } from '../api/episode.fixture';
import type { Episode } from '../api/schema';
import { MadeUpServer, MadeUpSocket } from '../api/server.fixture';
import { chance } from '../ui/chance.fixture';
import { FIRST_LOOK, StageLook } from './look';
import { newYork } from '../ui/new-york';
import { PanelTables } from '../ui/panel-tables';
import { Address, addressOf } from './address';
import { Notices } from './notices';
import { Replay } from './replay';

@Component({ template: '' })
class Screen {}

const served = new ServedDay(2, 6, 24);
const { day } = served;
const HERE: Address = {
  symbol: 'ESZ5',
  date: '2025-10-14',
  atS: day.rth_open_s + 50,
  level: 'pm_high',
  approachDir: 'from_below',
  speed: 12,
  look: FIRST_LOOK,
  tables: [],
  theme: null,
};

function episode(start_s: number, approachDir: Episode['approach_dir']): Episode {
  return madeUpEpisode(start_s, { approach_dir: approachDir, outcome: 'BREAK_UP', outcome_s: start_s + 30 });
}

describe('the replay', () => {
  let server: MadeUpServer;
  let replay: Replay;
  let notices: Notices;
  let tables: PanelTables;
  let router: Router;
  const cursorIs = (index: number): Promise<void> => vi.waitFor(() => expect(replay.cursor()).toBe(index));

  beforeEach(async () => {
    localStorage.clear();
    server = new MadeUpServer(served);
    server.episodes = [episode(day.rth_open_s + 20, 'from_below'), episode(day.rth_open_s + 70, 'from_above')];
    MadeUpSocket.stub();
    TestBed.configureTestingModule({ providers: [provideRouter([{ path: '**', component: Screen }])] });
    replay = TestBed.inject(Replay);
    notices = TestBed.inject(Notices);
    tables = TestBed.inject(PanelTables);
    router = TestBed.inject(Router);
    await router.navigate(['/board']);
  });
  afterEach(() => {
    replay.pause();
    vi.unstubAllGlobals();
  });

  describe('opened at a URL', () => {
    it('shows that day at that moment', async () => {
      await replay.restore(HERE);
      expect(replay.dayState()).toEqual({ kind: 'ready' });
      expect(replay.cursorS()).toBe(HERE.atS);
      expect(replay.day()!.known).toBe(replay.cursor() + 1);
      expect([replay.symbol(), replay.date(), replay.level(), replay.approachDir()]).toEqual([
        'ESZ5',
        '2025-10-14',
        'pm_high',
        'from_below',
      ]);
      expect(replay.boardLevels()).toEqual(['pm_high', 'or_high']);
    });

    it('that is bare shows the newest day at its first episode', async () => {
      server.next = day.rth_open_s + 20;
      await replay.restore(addressOf(new URLSearchParams()));
      expect(replay.cursorS()).toBe(day.rth_open_s + 20);
      expect(replay.level()).toBe('pm_high');
    });

    it("that names no approach takes that of the day's first episode, and one that names it keeps it", async () => {
      server.episodes = [episode(day.rth_open_s + 20, 'from_above')];
      server.next = day.rth_open_s + 20;
      await replay.restore(addressOf(new URLSearchParams()));
      await vi.waitFor(() => expect(replay.approachDir()).toBe('from_above'));
      await replay.restore(addressOf(new URLSearchParams({ symbol: 'ESZ5', date: '2025-10-13', approach_dir: 'from_below' })));
      await vi.waitFor(() => expect(replay.episodes()).toHaveLength(1));
      expect(replay.approachDir()).toBe('from_below');
    });

    it('with a level that the day does not have shows another and says so', async () => {
      await replay.restore({ ...HERE, level: 'nonsense' });
      expect(replay.level()).toBe('pm_high');
      expect(notices.notice()!.text).toContain('has no level nonsense; PM High is shown');
    });

    it('of a day without episodes shows the end of the opening range', async () => {
      await replay.restore({ ...HERE, atS: null });
      expect(replay.cursorS()).toBe(day.rth_open_s + day.opening_range_s);
    });

    it('holds a moment outside of the session to the session', async () => {
      await replay.restore({ ...HERE, atS: day.session_start_s - 3600 });
      expect(replay.cursorS()).toBe(day.session_start_s);
      replay.goTo(day.session_end_s + 3600);
      await cursorIs(replay.last());
      expect(replay.cursorS()).toBe(day.session_end_s);
      expect(replay.atEnd()).toBe(true);
    });

    it('of a day that is not in the lake says so, and what fixes it', async () => {
      server.fail('2025-10-14', 404, 'unknown_day');
      await replay.restore(HERE);
      expect(replay.dayState()).toEqual({ kind: 'empty', message: '2025-10-14: unknown_day', fix: 'spymaster build' });
      expect(replay.tableState('heat')).toEqual(replay.dayState());
    });

    it('that names no day of the lake says so, and what makes one', async () => {
      await replay.restore({ ...HERE, symbol: null, date: '2031-01-01' });
      expect(replay.dayState()).toEqual({
        kind: 'empty',
        message: 'The lake made-up has no day on 2031-01-01 to show. Files come in first, then a build.',
        fix: 'spymaster import',
      });
    });

    it('that is built anew just then is loaded at its new version', async () => {
      server.fail('/windows', 409, 'day_changed');
      await replay.restore(HERE);
      await vi.waitFor(() => expect(replay.dayState().kind).toBe('ready'));
      expect(replay.cursorS()).toBe(HERE.atS);
      expect(notices.notice()!.text).toContain('was built anew');
    });

    it('that names a root shows the contract of the day', async () => {
      await replay.restore({ ...HERE, symbol: 'ES', date: null });
      expect([replay.symbol(), replay.date()]).toEqual(['ESZ5', '2025-10-14']);
    });

    it('is there as soon as its prices are, while the lake’s list is still on its way', async () => {
      server.waits.set('days', 5000);
      await replay.restore(HERE);
      expect(replay.dayState().kind).toBe('ready');
    });

    it('whose windows do not come can be tried again', async () => {
      server.fail('/windows', 500, 'corrupt');
      await replay.restore(HERE);
      const state = replay.dayState();
      expect(state).toMatchObject({ kind: 'error', message: '/windows: corrupt', fix: 'spymaster build' });
      if (state.kind === 'error') state.retry();
      await vi.waitFor(() => expect(replay.dayState().kind).toBe('ready'));
      expect(replay.cursorS()).toBe(HERE.atS);
    });
  });

  describe('moved', () => {
    beforeEach(() => replay.restore(HERE));

    it('never shows a window that is not there, nor asks for one beyond where it was sent', async () => {
      const next = chance(9);
      let furthest = replay.cursor();
      for (let move = 0; move < 60; move++) {
        replay.step(Math.floor(next() * 9) - 4);
        furthest = Math.max(furthest, replay.target());
        if (next() < 0.5) await new Promise((done) => setTimeout(done, 3));
        expect(replay.cursor()).toBeLessThan(replay.day()!.known);
        for (const { params } of server.requests)
          expect(Number(params.get('as_of_s') ?? 0)).toBeLessThanOrEqual(replay.day()!.endS(furthest));
      }
      await cursorIs(replay.target());
    });

    it('counts steps from where it was sent, so that a held key gets there', async () => {
      const from = replay.cursor();
      for (let step = 0; step < 8; step++) replay.step(1);
      await cursorIs(from + 8);
      replay.step(-3);
      await cursorIs(from + 5);
    });

    it('stays where it is when the next windows do not come, and goes on when tried again', async () => {
      const from = replay.cursor();
      server.fail('/windows', 500, 'internal');
      replay.step(2);
      await vi.waitFor(() => expect(notices.notice()).toMatchObject({ text: '/windows: internal', fix: 'spymaster build' }));
      expect([replay.cursor(), replay.target()]).toEqual([from, from]);
      notices.notice()!.retry!();
      await cursorIs(from + 2);
    });

    it('loads the day again at the same moment when it was built anew', async () => {
      server.fail('/heat', 409, 'day_changed');
      replay.step(1);
      await vi.waitFor(() => expect(notices.notice()?.text).toContain('was built anew'));
      await vi.waitFor(() => expect(replay.dayState().kind).toBe('ready'));
      expect(Math.abs(replay.cursorS() - HERE.atS!)).toBeLessThanOrEqual(day.window_s);
    });

    it('by an episode keeps the approach where both ways begin one', async () => {
      server.episodes.push(episode(day.rth_open_s + 70, 'from_below'));
      server.next = day.rth_open_s + 70;
      await replay.stepEpisode(1);
      await vi.waitFor(() => expect(replay.episodes()).toHaveLength(3));
      expect(replay.approachDir()).toBe('from_below');
    });

    it('by an episode takes over its approach', async () => {
      server.next = day.rth_open_s + 70;
      await replay.stepEpisode(1);
      await vi.waitFor(() => expect(replay.approachDir()).toBe('from_above'));
      expect(replay.cursorS()).toBe(day.rth_open_s + 70);
      const { params } = server.requestsFor('next-episode').at(-1)!;
      expect([params.get('level'), params.get('from_s'), params.get('back')]).toEqual(['pm_high', String(HERE.atS), '0']);
    });

    it('by an episode where there is none says so and stays', async () => {
      await replay.stepEpisode(-1);
      expect(notices.announced()).toBe('PM High has no earlier episode on this day');
      expect(replay.cursorS()).toBe(HERE.atS);
    });
  });

  describe('with episodes', () => {
    it('has each from its start on, and its outcome from when that was known', async () => {
      await replay.restore({ ...HERE, atS: day.session_end_s });
      await vi.waitFor(() => expect(replay.episodes()).toHaveLength(2));
      expect(replay.episodes()[0].outcome).toBe('BREAK_UP');
      replay.goTo(day.rth_open_s + 45);
      await vi.waitFor(() => expect(replay.episodes()).toHaveLength(1));
      expect(replay.episodes()[0].outcome).toBeNull();
    });

    it('shows the setup as of the cursor, and none that lies ahead', async () => {
      await replay.restore(HERE);
      await vi.waitFor(() => expect(replay.setup().state.kind).toBe('ready'));
      expect(replay.setup().answer!.as_of_s).toBe(HERE.atS);
      replay.step(-2);
      await vi.waitFor(() => expect(replay.setup().answer!.as_of_s).toBe(HERE.atS! - 10));
      replay.goTo(day.rth_open_s + 10);
      await vi.waitFor(() => expect(replay.cursorS()).toBe(day.rth_open_s + 10));
      expect(replay.setup().answer).toBeNull();
      await vi.waitFor(() =>
        expect(replay.setup().state).toEqual({ kind: 'empty', message: 'pm_high was not tested from_below yet.', fix: null }),
      );
    });
  });

  describe('played', () => {
    beforeEach(() => replay.restore(HERE));

    it('moves with the windows that the server sends', async () => {
      replay.play();
      const { params } = MadeUpSocket.last;
      expect([params.get('from_s'), params.get('speed'), params.get('levels'), params.get('version')]).toEqual([
        String(HERE.atS),
        '12',
        'pm_high,or_high',
        day.version,
      ]);
      const from = replay.cursor();
      MadeUpSocket.last.say(served.message(from + 1));
      MadeUpSocket.last.say(served.message(from + 2));
      await cursorIs(from + 2);
      expect(replay.day()!.bid[from + 2]).toBe(served.bid[from + 2]);
    });

    it('fetches a window that the socket left out', async () => {
      replay.play();
      const from = replay.cursor();
      MadeUpSocket.last.say(served.message(from + 3));
      await cursorIs(from + 3);
      expect(replay.day()!.bid[from + 2]).toBe(served.bid[from + 2]);
    });

    it('stops when the reader steps', () => {
      replay.play();
      replay.step(1);
      expect(replay.playing()).toBe(false);
      expect(MadeUpSocket.last.closed).toBe(true);
    });

    it('says while its connection is broken, and not any more once it is back', async () => {
      replay.play();
      MadeUpSocket.last.break();
      expect(notices.notice()!.text).toContain('broke');
      await vi.waitFor(() => expect(MadeUpSocket.opened).toHaveLength(2), 2000);
      MadeUpSocket.last.say(served.message(replay.cursor() + 1));
      expect(notices.notice()).toBeNull();
    });

    it('does not begin at the session’s end', async () => {
      replay.goToWindow(replay.last());
      await cursorIs(replay.last());
      replay.play();
      expect(replay.playing()).toBe(false);
      expect(notices.announced()).toContain('ended');
    });
  });

  describe('in the URL', () => {
    const params = (): URLSearchParams => new URL(router.url, 'http://board').searchParams;

    it('is the whole state, and follows it', async () => {
      await replay.restore(HERE);
      replay.setSpeed(60);
      const look = TestBed.inject(StageLook);
      look.toggleHeat();
      look.setSpan(15, 210);
      tables.toggle('fan');
      tables.toggle('stage');
      tables.toggle('fan');
      replay.flipApproachDir();
      replay.setLevel('or_high');
      replay.step(3);
      await vi.waitFor(() => expect(params().get('at')).toBe(newYork(HERE.atS! + 15)), 2000);
      expect(addressOf(params())).toEqual({
        ...HERE,
        atS: HERE.atS! + 15,
        speed: 60,
        look: { ...FIRST_LOOK, heat: false, span: 15 },
        tables: ['stage'],
        approachDir: 'from_above',
        level: 'or_high',
      });
    });

    it('is pushed when another moment is opened, so that Back comes to where the reader was', async () => {
      await replay.restore(HERE);
      const navigate = vi.spyOn(router, 'navigate');
      const from = replay.cursor();
      replay.step(2);
      await cursorIs(from + 2);
      replay.open('ESZ5', '2025-10-14', day.rth_open_s + 100, 'or_high', 'from_above');
      await vi.waitFor(() =>
        expect(addressOf(params())).toEqual({ ...HERE, atS: day.rth_open_s + 100, level: 'or_high', approachDir: 'from_above' }),
      );
      const calls = navigate.mock.calls.map(([, extras]) => [extras!.replaceUrl ?? false, extras!.queryParams!['at']]);
      expect(calls).toEqual([
        [true, newYork(HERE.atS! + 10)],
        [false, newYork(day.rth_open_s + 100)],
      ]);
    });

    it('is left for another screen, and Back comes to where the reader was', async () => {
      await replay.restore(HERE);
      const navigate = vi.spyOn(router, 'navigate');
      const from = replay.cursor();
      replay.step(1);
      await cursorIs(from + 1);
      replay.leaveFor('/setups', { level: 'pm_high' });
      await vi.waitFor(() => expect(router.url).toBe('/setups?level=pm_high'));
      const [[, before]] = navigate.mock.calls;
      expect([before!.replaceUrl, before!.queryParams!['at']]).toEqual([true, newYork(HERE.atS! + 5)]);
    });
  });
});
