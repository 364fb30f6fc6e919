import { ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { ServedDay } from '../api/day.fixture';
import { madeUpEpisode } from '../api/episode.fixture';
import { MadeUpServer, MadeUpSocket } from '../api/server.fixture';
import { addressOf } from './address';
import { Replay } from './replay';
import { Transport } from './transport';

const served = new ServedDay();
/** Index of a live day's newest window. */
const EDGE = 20;

describe('the transport', () => {
  let fixture: ComponentFixture<Transport>;
  let replay: Replay;
  const page = (): HTMLElement => fixture.nativeElement as HTMLElement;
  const button = (name: string): HTMLButtonElement =>
    [...page().querySelectorAll('button')].find((one) => (one.getAttribute('aria-label') ?? one.textContent).includes(name))!;
  const bar = (): HTMLInputElement => page().querySelector('input')!;

  beforeEach(async () => {
    const server = new MadeUpServer(served);
    server.episodes = [20, 50].map((s) =>
      madeUpEpisode(served.day.rth_open_s + s, { outcome: 'BREAK_UP', outcome_s: served.day.rth_open_s + 60 }),
    );
    MadeUpSocket.stub();
    TestBed.configureTestingModule({ providers: [provideRouter([])] });
    replay = TestBed.inject(Replay);
    fixture = TestBed.createComponent(Transport);
    await fixture.whenStable();
  });
  afterEach(() => {
    served.goTo(null);
    replay.ngOnDestroy();
    vi.unstubAllGlobals();
  });

  const open = async (): Promise<void> => {
    await replay.restore(addressOf(new URLSearchParams('symbol=ESZ5&date=2025-10-14&at=09:30:50&level=pm_high&approach_dir=from_below')));
    await fixture.whenStable();
  };

  it('is idle while there is no day', () => {
    expect([...page().querySelectorAll('button')].every(({ disabled }) => disabled)).toBe(true);
    expect(bar().disabled).toBe(true);
  });

  it('moves by its buttons', async () => {
    await open();
    const at = replay.cursor();
    button('One window on').click();
    await vi.waitFor(() => expect(replay.cursor()).toBe(at + 1));
    button('2 minutes back').click();
    await vi.waitFor(() => expect(replay.cursor()).toBe(replay.first()));
    button('Play').click();
    await fixture.whenStable();
    expect(button('Pause')).toBeTruthy();
    button('Pause').click();
    expect(replay.playing()).toBe(false);
  });

  it('spans the session and says the moment in words', async () => {
    await open();
    expect([Number(bar().min), Number(bar().max), Number(bar().value)]).toEqual([replay.first(), replay.last(), replay.cursor()]);
    await vi.waitFor(async () => {
      await fixture.whenStable();
      expect(bar().getAttribute('aria-valuetext')).toBe('09:30:50 New York, 2 marks of PM High');
    });
  });

  it('is dragged to a window', async () => {
    await open();
    bar().value = String(replay.last());
    bar().dispatchEvent(new Event('input'));
    await vi.waitFor(() => expect(replay.atEnd()).toBe(true));
    await fixture.whenStable();
    expect(page().textContent).toContain('session end');
  });

  it('marks episodes up to the cursor, and their outcome once it is known', async () => {
    await open();
    const glyphs = (): string => [...page().querySelectorAll('.marks i')].map(({ textContent }) => textContent).join('');
    await vi.waitFor(async () => {
      await fixture.whenStable();
      expect(glyphs()).toBe('○○');
    });
    replay.goTo(served.day.rth_open_s + 60);
    await vi.waitFor(async () => {
      await fixture.whenStable();
      expect(glyphs()).toBe('▲▲');
    });
    replay.goTo(served.day.rth_open_s + 30);
    await vi.waitFor(async () => {
      await fixture.whenStable();
      expect(glyphs()).toBe('○');
    });
  });

  it('chooses the speed', async () => {
    await open();
    const speed = page().querySelector('select')!;
    speed.value = '240';
    speed.dispatchEvent(new Event('change'));
    expect(replay.speed()).toBe(240);
  });

  it('ends at the edge of a live day, which it says is followed or how far behind it is', async () => {
    served.goTo(EDGE);
    await replay.restore(addressOf(new URLSearchParams('level=pm_high')));
    await fixture.whenStable();
    expect([Number(bar().max), bar().value]).toEqual([EDGE, String(EDGE)]);
    expect(page().querySelector('select'), 'its own speed').toBeNull();
    expect(page().querySelector('.ends strong')!.textContent).toBe('at the live edge');
    bar().value = String(EDGE - 6);
    bar().dispatchEvent(new Event('input'));
    await fixture.whenStable();
    expect(page().querySelector('.ends strong')!.textContent).toBe('REVIEW, 30 s behind');
    for (const name of ['End', 'Follow']) {
      button(name).click();
      await fixture.whenStable();
      expect(replay.live.follows()).toBe(true);
      button('Pause').click();
      await fixture.whenStable();
      expect(replay.live.follows()).toBe(false);
    }
    MadeUpSocket.last.say(served.message(EDGE + 1));
    await fixture.whenStable();
    expect([Number(bar().max), bar().value]).toEqual([EDGE + 1, String(EDGE)]);
  });

  it('says when the session begins and ends, and shows the events', async () => {
    await open();
    expect(page().querySelector('.ends')!.textContent).toMatch(/09:30 – 09:3\d/);
    button('Events').click();
    await fixture.whenStable();
    expect(replay.eventsOpen()).toBe(true);
    expect(button('Events').getAttribute('aria-pressed')).toBe('true');
  });
});
