import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { ServedDay } from '../api/day.fixture';
import type { FeedState } from '../api/schema';
import { MadeUpServer, MadeUpSocket } from '../api/server.fixture';
import { newYork } from '../ui/new-york';
import { Address, addressOf } from './address';
import { Notices } from './notices';
import { Replay } from './replay';

@Component({ template: '' })
class Screen {}

/** Index of the newest window when the day is opened. */
const EDGE = 20;
const LAST = 29;

function feedOf(over: Partial<FeedState> = {}): FeedState {
  return {
    ...{ state: 'live', said_s: 1000, message: null, watermark_s: null, lag_ms: null, records: 0, per_s: 0, reconnects: 0, attempt: 0 },
    ...{ next_try_s: null, catch_up: null, behind_records: 0, late_windows: 0, recording: null },
    ...over,
  };
}

describe('a live day', () => {
  let served: ServedDay;
  let server: MadeUpServer;
  let replay: Replay;
  let notices: Notices;
  let router: Router;
  const bare = (over: Partial<Address> = {}): Address => ({ ...addressOf(new URLSearchParams('level=pm_high')), ...over });
  const come = (index: number): void => MadeUpSocket.last.say(served.message(index));
  const say = (over: Partial<FeedState>, silent_s = 0.3): void => MadeUpSocket.last.say({ type: 'feed', feed: feedOf(over), silent_s });

  beforeEach(async () => {
    localStorage.clear();
    served = new ServedDay(2, 6, 24);
    served.goTo(EDGE);
    server = new MadeUpServer(served);
    MadeUpSocket.stub();
    TestBed.configureTestingModule({ providers: [provideRouter([{ path: '**', component: Screen }])] });
    replay = TestBed.inject(Replay);
    notices = TestBed.inject(Notices);
    router = TestBed.inject(Router);
    await router.navigate(['/board']);
  });
  afterEach(() => {
    vi.useRealTimers();
    replay.ngOnDestroy();
    vi.unstubAllGlobals();
  });

  describe('opened', () => {
    it('without a moment stands at its edge and follows', async () => {
      await replay.restore(bare());
      expect([replay.cursor(), replay.live.showing(), replay.live.follows()]).toEqual([EDGE, 'LIVE', true]);
      const { url, params } = MadeUpSocket.last;
      expect(url).toContain('/api/live?');
      expect([params.get('from_s'), params.get('levels'), params.get('horizon_s'), params.get('version')]).toEqual([
        String(served.startS(EDGE) + 5),
        'pm_high,or_high',
        '60',
        served.day.version,
      ]);
    });

    it('at a moment shows that one, with all windows so far at hand', async () => {
      await replay.restore(bare({ symbol: 'ESZ5', date: '2025-10-14', atS: served.startS(15) }));
      expect([replay.cursor(), replay.live.showing(), replay.live.behind()]).toEqual([14, 'REVIEW', '30 s behind']);
      expect(replay.day()!.known).toBe(EDGE + 1);
      expect(MadeUpSocket.last.params.get('from_s')).toBe(String(served.startS(EDGE) + 5));
    });

    it('at a moment that is still to come shows its edge', async () => {
      await replay.restore(bare({ symbol: 'ESZ5', date: '2025-10-14', atS: served.startS(LAST) }));
      expect(replay.cursor()).toBe(EDGE);
      expect(server.requests.filter(({ params }) => Number(params.get('as_of_s') ?? 0) > served.startS(EDGE) + 5)).toEqual([]);
    });

    it('before its session has what came so far, and asks for no answer', async () => {
      served.goTo(2);
      await replay.restore(bare());
      expect([replay.cursor(), replay.cursorS()]).toEqual([2, served.startS(2) + 5]);
      expect(replay.setup().state).toEqual({ kind: 'empty', message: 'The session begins at 09:30:00.', fix: null });
      expect(MadeUpSocket.last.params.get('from_s')).toBe(String(served.day.session_start_s));
      served.goTo(6);
      come(6);
      await vi.waitFor(() => expect(replay.cursor()).toBe(6));
      expect(replay.day()!.bid[5], 'what the socket left out was fetched').toBe(served.bid[5]);
    });

    it('that has no window yet can be tried again', async () => {
      served.day.known_until_s = 0;
      await replay.restore(bare());
      expect(replay.dayState()).toMatchObject({ kind: 'error', message: 'ESZ5 has no window on 2025-10-14 yet.' });
      expect(MadeUpSocket.opened).toHaveLength(0);
    });

    it('and over is no live day', async () => {
      served.goTo(null);
      await replay.restore(bare());
      expect([replay.live.isOn(), replay.live.showing(), replay.live.edgeS(), replay.live.words()]).toEqual([
        false,
        'REPLAY',
        Infinity,
        null,
      ]);
      expect(MadeUpSocket.opened).toHaveLength(0);
    });
  });

  describe('that goes on', () => {
    beforeEach(() => replay.restore(bare()));

    it('takes the cursor along', () => {
      come(EDGE + 1);
      come(EDGE + 2);
      expect([replay.cursor(), replay.last(), replay.day()!.known]).toEqual([EDGE + 2, EDGE + 2, EDGE + 3]);
      expect(replay.day()!.bid[EDGE + 2]).toBe(served.bid[EDGE + 2]);
    });

    it('leaves the cursor where the reader looks back, over the same connection', () => {
      replay.step(-3);
      expect([replay.live.showing(), replay.live.behind()]).toEqual(['REVIEW', '15 s behind']);
      come(EDGE + 1);
      expect([replay.cursor(), replay.day()!.known, replay.last()]).toEqual([EDGE - 3, EDGE + 2, EDGE + 1]);
      expect(replay.live.behind()).toBe('20 s behind');
      expect(MadeUpSocket.opened).toHaveLength(1);
      expect(MadeUpSocket.last.closed).toBe(false);
    });

    it('is followed again by End and by play, and left by play too', () => {
      replay.goToWindow(replay.first());
      replay.toEnd();
      expect([replay.cursor(), replay.live.follows()]).toEqual([EDGE, true]);
      replay.toggle();
      expect(replay.live.showing()).toBe('REVIEW');
      come(EDGE + 1);
      expect(replay.cursor()).toBe(EDGE);
      replay.toggle();
      expect([replay.cursor(), replay.live.follows(), replay.playing()]).toEqual([EDGE + 1, true, false]);
      expect(MadeUpSocket.opened).toHaveLength(1);
    });

    it('never shows a moment beyond its edge, nor leaves it for a later one', () => {
      replay.step(5);
      expect([replay.cursor(), replay.live.follows()]).toEqual([EDGE, true]);
      replay.step(-2);
      replay.step(9);
      expect(replay.target()).toBe(EDGE);
      replay.goTo(served.startS(LAST));
      expect(replay.target()).toBe(EDGE);
    });

    it('goes at its own speed', () => {
      replay.changeSpeed(1);
      expect([replay.speed(), notices.announced()]).toEqual([12, 'A live day goes at its own speed']);
    });

    it('fetches a window that the socket left out, also while the reader looks back', async () => {
      served.goTo(EDGE + 3);
      replay.step(-2);
      come(EDGE + 3);
      await vi.waitFor(() => expect(replay.day()!.known).toBe(EDGE + 4));
      expect(replay.day()!.bid[EDGE + 2]).toBe(served.bid[EDGE + 2]);
      expect(replay.cursor()).toBe(EDGE - 2);
    });

    it('goes on over another connection with other levels, from its edge', () => {
      come(EDGE + 1);
      replay.setLevel('pd_close');
      expect(MadeUpSocket.opened).toHaveLength(2);
      expect(MadeUpSocket.last.params.get('levels')).toContain('pd_close');
      expect(MadeUpSocket.last.params.get('from_s')).toBe(String(served.startS(EDGE + 1) + 5));
    });

    it('names its moment in the URL only while the reader looks back', async () => {
      expect(replay.parameters()['at']).toBeNull();
      replay.step(-1);
      expect(replay.parameters()['at']).toBe(newYork(served.startS(EDGE)));
      await replay.restore(bare({ speed: 24 }));
      expect(replay.live.follows()).toBe(true);
    });

    it('is a day to play again once its session has ended', async () => {
      for (let index = EDGE + 1; index <= LAST; index++) come(index);
      MadeUpSocket.last.say({ type: 'end', as_of_s: served.day.session_end_s });
      expect([replay.live.isOn(), replay.live.showing(), replay.atEnd(), replay.cursor()]).toEqual([false, 'REPLAY', true, LAST]);
      replay.step(-3);
      replay.play();
      expect(MadeUpSocket.last.url).toContain('/api/replay?');
    });

    it('that was built meanwhile is loaded again where the reader was', async () => {
      come(EDGE + 1);
      served.goTo(null);
      MadeUpSocket.last.say({ type: 'problem', code: 'day_changed', message: 'built', fix: null });
      await vi.waitFor(() => expect(replay.dayState().kind).toBe('ready'));
      expect([replay.live.isOn(), replay.cursor()]).toEqual([false, EDGE + 1]);
      expect(notices.notice()!.text).toContain('was built anew');
    });

    it('that begins anew is followed on', async () => {
      served.goTo(EDGE + 2);
      MadeUpSocket.last.say({ type: 'problem', code: 'day_changed', message: 'anew', fix: null });
      await vi.waitFor(() => expect(replay.dayState().kind).toBe('ready'));
      expect([replay.live.follows(), replay.cursor()]).toEqual([true, EDGE + 2]);
    });

    it('whose connection the server refuses says so, and can be tried again', () => {
      MadeUpSocket.last.say({ type: 'problem', code: 'too_many', message: 'too many readers', fix: null });
      expect([replay.live.showing(), replay.live.words()]).toEqual(['REVIEW', { text: 'not connected', isFailed: true }]);
      notices.notice()!.retry!();
      expect(MadeUpSocket.opened).toHaveLength(2);
    });
  });

  describe('that does not go on', () => {
    beforeEach(async () => {
      await replay.restore(bare());
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
      replay.live.begin(replay.day()!, true);
    });

    it('turns amber after 2 s without a message, and grey after 5', () => {
      say({});
      vi.advanceTimersByTime(1750);
      expect(replay.dayState().kind).toBe('ready');
      vi.advanceTimersByTime(250);
      expect(replay.dayState()).toEqual({ kind: 'stale', ageS: 2, isGrey: false });
      vi.advanceTimersByTime(3000);
      expect(replay.dayState()).toEqual({ kind: 'stale', ageS: 5, isGrey: true });
      expect(replay.live.words()!.text).toBe('feed live, 5 s');
      say({});
      expect(replay.dayState().kind).toBe('ready');
    });

    it('turns nothing grey that the reader looks back at, and all again where it is followed', () => {
      replay.step(-2);
      say({}, 7.2);
      expect([replay.dayState().kind, replay.live.words()!.text]).toEqual(['ready', 'engine silent, 7 s']);
      replay.toEnd();
      expect(replay.dayState().kind).toBe('stale');
    });

    it('turns grey with an engine that is silent, and says so until it speaks', () => {
      say({}, 4.9);
      expect([replay.dayState(), notices.notice()]).toEqual([{ kind: 'stale', ageS: 4.9, isGrey: false }, null]);
      say({}, 7.2);
      expect(replay.dayState()).toEqual({ kind: 'stale', ageS: 7.2, isGrey: true });
      expect(replay.live.words()).toEqual({ text: 'engine silent, 7 s', isFailed: true });
      expect(notices.notice()!.text).toContain('The live engine says nothing any more');
      say({}, 0.2);
      expect([replay.dayState().kind, notices.notice()]).toEqual(['ready', null]);
    });

    it('turns grey while its feed is cut off, however often that is said', () => {
      for (let second = 0; second <= 5; second++) {
        say({ state: 'reconnecting', attempt: 1 });
        vi.advanceTimersByTime(1000);
      }
      expect(replay.dayState()).toEqual({ kind: 'stale', ageS: 5, isGrey: true });
      expect(notices.notice(), 'it is tried again').toBeNull();
      say({ state: 'live' });
      expect(replay.dayState().kind).toBe('ready');
    });

    it('says once what has failed, and takes it back when it works', () => {
      say({ state: 'recorder_failed', message: 'No space left on the disk.' });
      expect(notices.notice()!.text).toBe('The day is not recorded: No space left on the disk.');
      notices.close();
      say({ state: 'recorder_failed', message: 'No space left on the disk.' });
      expect(notices.notice()).toBeNull();
      say({ state: 'engine_failed' });
      expect(notices.notice()!.text).toBe('The live engine failed: it said no more.');
      notices.show({ text: 'another', fix: null, retry: null });
      say({ state: 'live' });
      expect(notices.notice()!.text).toBe('another');
    });

    it('says while its connection is broken', () => {
      MadeUpSocket.last.break();
      expect(notices.notice()!.text).toContain('The connection to the live day broke');
      vi.advanceTimersByTime(500);
      say({});
      expect([MadeUpSocket.opened.length, notices.notice()]).toEqual([3, null]);
    });
  });
});
