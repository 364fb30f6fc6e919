import { ComponentFixture, TestBed } from '@angular/core/testing';
import { DayData } from '../api/day-data';
import { madeUpDay, OPEN_S } from '../api/made-up-day.fixture';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { EventsPanel } from './events';

describe('the events', () => {
  let replay: ReturnType<typeof replayOf>;
  let fixture: ComponentFixture<EventsPanel>;

  beforeEach(() => {
    const data = new DayData(madeUpDay(10));
    data.known = data.windows;
    data.events.push(
      { atS: OPEN_S + 10, levelId: 'pm_high', kind: 'test', text: 'first test from below' },
      { atS: OPEN_S + 15, levelId: 'pm_high', kind: 'fire', text: 'FIRE: break up' },
      { atS: OPEN_S + 20, levelId: 'or_high', kind: 'state', text: 'TILT UP' },
      { atS: OPEN_S + 60, levelId: 'pm_high', kind: 'resolved', text: 'broke, up' },
    );
    replay = replayOf(data);
    TestBed.configureTestingModule({ providers: [{ provide: Replay, useValue: replay }] });
    fixture = TestBed.createComponent(EventsPanel);
    document.body.append(fixture.nativeElement as HTMLElement);
  });
  afterEach(() => (fixture.nativeElement as HTMLElement).remove());

  function host(): HTMLElement {
    TestBed.tick();
    fixture.detectChanges();
    return fixture.nativeElement;
  }

  function lines(): string[] {
    return [...host().querySelectorAll('li')].map((line) =>
      line.children.length > 0 ? [...line.children].map((part) => part.textContent.trim()).join(' ') : line.textContent.trim(),
    );
  }

  it('are those of the level up to the cursor, newest first', () => {
    expect(lines()).toEqual(['09:31:00 ▲ broke, up', '09:30:15 ● FIRE: break up', '09:30:10 ◇ first test from below']);
    expect(host().querySelector('.unit')!.textContent).toBe('1 fired today, 1 right');
  });

  it('know nothing that came after the cursor', () => {
    replay.cursor.set(replay.day()!.indexOfEnd(OPEN_S + 30));
    expect(lines()).toEqual(['09:30:15 ● FIRE: break up', '09:30:10 ◇ first test from below']);
    expect(host().querySelector('.unit')!.textContent).toBe('1 fired, 0 right, 1 open');
  });

  it('say that there was nothing', () => {
    replay.level.set('vwap');
    replay.cursor.set(replay.day()!.indexOfEnd(OPEN_S + 30));
    expect(lines()).toEqual(['Nothing up to 09:30:30.']);
    expect(host().querySelector('.unit')!.textContent).toBe('VWAP');
  });

  it('take the focus when they are opened', () => {
    host();
    replay.eventsOpen.set(true);
    const list = host().querySelector('.scroll')!;
    expect(document.activeElement).toBe(list);
    expect(host().classList).toContain('open');
    replay.eventsOpen.set(false);
    host();
    expect(document.activeElement).not.toBe(list);
  });

  it('where they have a place of their own are open only while they have the focus', () => {
    vi.stubGlobal('matchMedia', () => ({ matches: true }));
    host().querySelector<HTMLElement>('.scroll')!.dispatchEvent(new Event('blur'));
    expect(replay.closeEvents).toHaveBeenCalledOnce();
    vi.unstubAllGlobals();
  });
});
