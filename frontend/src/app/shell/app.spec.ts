import { Component } from '@angular/core';
import { ComponentFixture, TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { ServedDay } from '../api/day.fixture';
import { Readiness } from '../api/readiness';
import { MadeUpServer, MadeUpSocket } from '../api/server.fixture';
import { addressOf } from '../board/address';
import { Notices } from '../board/notices';
import { Replay } from '../board/replay';
import { StageLook } from '../board/look';
import { Theme } from '../ui/theme';
import { App } from './app';

@Component({ template: '<button type="button">Any</button><input />' })
class Screen {}

describe('the frame of the screens', () => {
  let fixture: ComponentFixture<App>;
  let replay: Replay;
  let server: MadeUpServer;
  let served: ServedDay;
  /** Index of the newest window where the day is live. */
  let edge: number | null = null;
  const page = (): HTMLElement => fixture.nativeElement as HTMLElement;
  const press = (key: string, held: KeyboardEventInit = {}): boolean =>
    document.dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true, ...held }));

  beforeEach(async () => {
    localStorage.clear();
    served = new ServedDay();
    served.goTo(edge);
    server = new MadeUpServer(served);
    MadeUpSocket.stub();
    TestBed.configureTestingModule({ providers: [provideRouter([{ path: '**', component: Screen }])] });
    fixture = TestBed.createComponent(App);
    document.body.append(page());
    replay = TestBed.inject(Replay);
    await TestBed.inject(Router).navigate(['/board']);
    await replay.restore(addressOf(new URLSearchParams('symbol=ESZ5&date=2025-10-14&at=09:30:50&level=pm_high&approach_dir=from_below')));
    await fixture.whenStable();
  });
  afterEach(() => {
    page().remove();
    replay.ngOnDestroy();
    vi.unstubAllGlobals();
  });

  it('has the four screens, the day, the clock and its badges', () => {
    expect([...page().querySelectorAll('nav a')].map((link) => link.textContent.trim())).toEqual(['Board', 'Setups', 'Evaluation', 'Lake']);
    expect(page().querySelector('time')!.textContent).toContain('09:30:50');
    expect([...page().querySelectorAll('sp-watermark .chip')].map((chip) => chip.textContent)).toEqual(['REPLAY 12× · SYNTHETIC DATA']);
    expect(page().querySelector('sp-header')!.textContent).toContain('made-up 00000000');
  });

  it('does on the board what its keys say', async () => {
    const at = replay.cursor();
    expect(press('ArrowRight')).toBe(false);
    await vi.waitFor(() => expect(replay.cursor()).toBe(at + 1));
    press('ArrowLeft', { shiftKey: true });
    await vi.waitFor(() => expect(replay.cursor()).toBe(replay.first()));
    press('End');
    await vi.waitFor(() => expect(replay.cursor()).toBe(replay.last()));
    press('Home');
    await vi.waitFor(() => expect(replay.cursor()).toBe(replay.first()));
    press('f');
    expect(replay.approachDir()).toBe('from_above');
    press('2');
    expect(replay.level()).toBe('or_high');
    press('6');
    expect(replay.level()).toBe('or_high');
    press(']');
    expect(replay.speed()).toBe(24);
    const look = TestBed.inject(StageLook);
    for (const key of ['h', 'c', 'w', ',', '<']) press(key);
    expect(look.now()).toMatchObject({ heat: false, lens: false, horizonS: 120, bright: 95, dark: 25 });
    look.pan(60, 2);
    press('0');
    expect(look.isPanned()).toBe(false);
    press('e');
    expect(replay.eventsOpen()).toBe(true);
    press('Escape');
    expect(replay.eventsOpen()).toBe(false);
    press(' ');
    expect(replay.playing()).toBe(true);
    press(' ');
    expect(replay.playing()).toBe(false);
    press('n');
    await vi.waitFor(() => expect(TestBed.inject(Router).url).toMatch(/^\/setups\?/));
  });

  describe('of a live day', () => {
    const chip = (): HTMLElement => page().querySelector<HTMLElement>('sp-watermark .chip')!;
    const feed = (): Element => page().querySelector('sp-header .feed')!;
    const say = async (state: string, over: object = {}): Promise<void> => {
      MadeUpSocket.last.say({ type: 'feed', silent_s: 0.2, feed: { state, said_s: 9, message: null, catch_up: null, ...over } });
      await fixture.whenStable();
    };

    beforeAll(() => (edge = 20));
    afterAll(() => (edge = null));
    beforeEach(async () => {
      replay.toEnd();
      await fixture.whenStable();
    });

    it('one badge says that it is live, how far behind the reader looks, and that it is simulated', async () => {
      const badge = page().querySelector('sp-watermark')!;
      expect([chip().textContent, chip().title, badge.className]).toEqual([
        'LIVE · SYNTHETIC DATA',
        'simulated data, no market',
        'synthetic live',
      ]);
      served.day.synthetic = false;
      await replay.show('ESZ5', '2025-10-14', served.day.session_end_s, 'pm_high', 'from_below');
      replay.toEnd();
      await fixture.whenStable();
      expect([chip().textContent, chip().title, badge.className]).toEqual(['LIVE', 'the market as it comes', 'live']);
      press('ArrowLeft');
      await fixture.whenStable();
      expect([chip().textContent, chip().title, badge.className]).toEqual([
        'REVIEW, 5 s behind',
        'an earlier moment of a day that goes on',
        '',
      ]);
      press('End');
      await fixture.whenStable();
      expect(chip().textContent).toBe('LIVE');
    });

    it('the header says how the feed does', async () => {
      expect([feed().textContent, feed().className]).toEqual(['no word of the feed', 'feed fresh']);
      await say('live');
      expect([feed().textContent, feed().className]).toEqual(['feed live, 0 s', 'feed fresh']);
      await say('reconnecting', { attempt: 3, next_try_s: 13 });
      expect(feed().textContent).toBe('reconnecting (attempt 3, next in 4 s)');
      await say('recorder_failed', { message: 'no space' });
      expect([feed().textContent, feed().className]).toEqual(['not recorded: no space', 'feed failed']);
      expect(page().querySelector('.notice')!.textContent).toContain('The day is not recorded: no space');
    });

    it('the list of days says that it is live, and chosen there it is shown at its edge', async () => {
      const list = page().querySelector<HTMLSelectElement>('select[aria-label="Contract and date"]')!;
      expect(list.selectedOptions[0].textContent.trim()).toBe('2025-10-14 · ESZ5, live');
      const open = vi.spyOn(replay, 'open').mockReturnValue();
      list.dispatchEvent(new Event('change'));
      expect(open).toHaveBeenCalledWith('ESZ5', '2025-10-14', null);
    });

    it('says that it has no speed of its own to choose', () => {
      press(']');
      expect([replay.speed(), TestBed.inject(Notices).announced()]).toEqual([12, 'A live day goes at its own speed']);
    });
  });

  it('leaves keys to the field that has the focus, and the space bar to a button', async () => {
    page().querySelector('input')!.focus();
    press('f');
    expect(replay.approachDir()).toBe('from_below');
    page().querySelector<HTMLButtonElement>('main button')!.focus();
    press(' ');
    expect(replay.playing()).toBe(false);
    press('f');
    expect(replay.approachDir()).toBe('from_above');
  });

  it('knows off the board only the keys of every screen', async () => {
    await TestBed.inject(Router).navigate(['/lake']);
    await fixture.whenStable();
    const at = replay.target();
    expect(press('ArrowRight')).toBe(true);
    expect(replay.target()).toBe(at);
    const theme = TestBed.inject(Theme).name();
    press('t');
    expect(TestBed.inject(Theme).name()).not.toBe(theme);
    expect(page().querySelector('sp-header time')).toBeNull();
  });

  it('says what the server prepares, until it is ready', async () => {
    const strip = (): Element | null => page().querySelector('.preparing');
    expect(strip()).toBeNull();
    server.fail('/readyz', 503, 'preparing', 1);
    void TestBed.inject(Readiness).follow();
    await vi.waitFor(() => expect(strip()!.textContent).toContain('Preparing: /readyz: preparing'));
    expect(document.body.dataset['ready']).toBe('false');
    await vi.waitFor(() => expect(strip()).toBeNull(), 3000);
  });

  it('shows a notice until it is closed, by button or by Escape', async () => {
    const notice = (): Element | null => page().querySelector('.notice');
    for (const close of [() => notice()!.querySelector<HTMLButtonElement>('button')!.click(), () => press('Escape')]) {
      await replay.stepEpisode(1);
      await fixture.whenStable();
      expect(notice()!.textContent).toContain('PM High has no later episode on this day');
      close();
      await fixture.whenStable();
      expect(notice()).toBeNull();
    }
  });

  it('speaks what happened', async () => {
    replay.setSpeed(60);
    await fixture.whenStable();
    expect(page().querySelector('[aria-live=polite]')!.textContent).toBe('Speed 60 times');
  });

  it('lets the keyboard past the header', () => {
    page().querySelector<HTMLAnchorElement>('.skip')!.click();
    expect(document.activeElement).toBe(page().querySelector('main'));
  });
});
