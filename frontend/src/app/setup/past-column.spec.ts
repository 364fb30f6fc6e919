import { ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import type { ApproachAnswer } from '../api/schema';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { LOADING, READY } from '../ui/panel-state';
import { TRIGGER_S, answer, neighbour } from './answer.fixture';
import { PastColumn } from './past-column';

class Observer {
  observe(): void {
    return;
  }
  disconnect(): void {
    return;
  }
}

describe('the column of the past', () => {
  let replay: ReturnType<typeof replayOf>;
  let fixture: ComponentFixture<PastColumn>;

  beforeEach(() => {
    vi.stubGlobal('ResizeObserver', Observer);
    const data = new DayData(madeUpDay(300));
    replay = replayOf(data);
    replay.cursor.set(data.indexOfEnd(TRIGGER_S));
    replay.setup.set({ state: READY, answer: answer() });
    TestBed.configureTestingModule({ providers: [provideRouter([]), { provide: Replay, useValue: replay }] });
    fixture = TestBed.createComponent(PastColumn);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  function host(): HTMLElement {
    TestBed.tick();
    fixture.detectChanges();
    return fixture.nativeElement;
  }

  function parts(): string[] {
    return [...host().children].map((part) => part.tagName.toLowerCase());
  }

  function over(): void {
    replay.setup.set({ state: READY, answer: answer({ as_of_s: TRIGGER_S + 5 }) });
    replay.cursor.update((cursor) => cursor + 1);
  }

  it('has the fan, what they did, why these and the nearest', () => {
    expect(parts()).toEqual(['sp-fan', 'sp-outcomes', 'sp-why', 'sp-tiles']);
    expect([...host().querySelectorAll('h2')].map((heading) => heading.textContent)).toEqual([
      '2 similar setups',
      'What they did',
      'Why these',
      'Nearest six',
    ]);
  });

  it('opens the day of the one that is clicked, at its own level and from its own side', () => {
    const other = neighbour({ level_id: 'or_low', approach_dir: 'from_above' });
    replay.setup.set({ state: READY, answer: answer({ neighbours: [other] }) });
    host().querySelector<HTMLButtonElement>('sp-tiles ol button')!.click();
    expect(replay.open).toHaveBeenCalledExactlyOnceWith('ESZ5', '2025-10-03', 1759507950, 'or_low', 'from_above');
  });

  it('leads to all of them', () => {
    host().querySelector<HTMLButtonElement>('sp-tiles header button')!.click();
    expect(replay.leaveFor).toHaveBeenCalledExactlyOnceWith('/setups', expect.objectContaining({ level: 'pm_high' }));
  });

  it('says at once that there is no setup now where the one it is similar to is over', () => {
    expect(host().querySelector('sp-fan h2')!.textContent).toBe('2 similar setups');
    over();
    expect(host().querySelector('sp-fan header')!.textContent).toMatch(/No setup now.*similar to the last one, 12:04:50/);
  });

  it('has no similar setups while price only approaches', () => {
    replay.approach.set({} as ApproachAnswer);
    expect(parts()).toContain('sp-tiles');
    over();
    expect(parts()).toEqual(['sp-fan']);
    expect(host().textContent).toContain('Similar setups are looked up once it is tested.');
    expect(host().textContent).not.toContain('No setup now');
  });

  it('draws nothing anew while the answer is of the same trigger', () => {
    const tile = host().querySelector('sp-tiles .until')!.getAttribute('d');
    replay.setup.set({ state: READY, answer: answer({ age_s: 5, neighbours: [neighbour({ path: [[0, 0]] })] }) });
    expect(host().querySelector('sp-tiles .until')!.getAttribute('d')).toBe(tile);
    const { setup } = answer();
    replay.setup.set({
      state: READY,
      answer: answer({ setup: { ...setup, ts_s: setup.ts_s - 5 }, neighbours: [neighbour({ path: [[0, 0]] })] }),
    });
    expect(host().querySelector('sp-tiles .until')!.getAttribute('d')).not.toBe(tile);
  });

  it('withholds an answer whose setup lies right of the cursor', () => {
    replay.cursor.update((cursor) => cursor - 1);
    expect(parts()).toEqual(['sp-fan']);
    expect(host().querySelector('svg')).toBeNull();
  });

  it('is the message of the fan alone where there is no answer, and waits with all four', () => {
    replay.setup.set({ state: { kind: 'empty', message: 'no index of pm_high', fix: 'spymaster index --level pm_high' }, answer: null });
    expect(parts()).toEqual(['sp-fan']);
    expect(host().querySelector('code')!.textContent).toBe('spymaster index --level pm_high');
    replay.setup.set({ state: LOADING, answer: null });
    expect(parts()).toHaveLength(4);
    expect(host().querySelectorAll('[aria-busy=true]')).toHaveLength(4);
  });

  it('greys with a feed that is silent', () => {
    replay.dayState.set({ kind: 'stale', ageS: 31, isGrey: true });
    expect([...host().querySelectorAll('section')].map((section) => section.className)).toEqual(['grey', 'grey', 'grey', 'grey']);
  });
});
