import { ComponentFixture, TestBed } from '@angular/core/testing';
import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { READY } from '../ui/panel-state';
import { TRIGGER_S, answer, neighbour } from './answer.fixture';
import { NeighboursPanel } from './neighbours';

describe('the neighbours', () => {
  let replay: ReturnType<typeof replayOf>;
  let fixture: ComponentFixture<NeighboursPanel>;

  beforeEach(() => {
    const data = new DayData(madeUpDay(300));
    replay = replayOf(data);
    replay.cursor.set(data.indexOfEnd(TRIGGER_S));
    replay.setup.set({ state: READY, answer: answer() });
    TestBed.configureTestingModule({ providers: [{ provide: Replay, useValue: replay }] });
    fixture = TestBed.createComponent(NeighboursPanel);
  });

  function host(): HTMLElement {
    TestBed.tick();
    fixture.detectChanges();
    return fixture.nativeElement;
  }

  function multiples(): HTMLButtonElement[] {
    return [...host().querySelectorAll<HTMLButtonElement>('ol button')];
  }

  it('names every small multiple in full', () => {
    expect(multiples().map((button) => button.querySelector('.hidden')!.textContent)).toEqual([
      '2025-10-03 12:12:30, repeat test, distance 2.57, BREAK_UP, MFE 6.00 points, MAE 0.00 points',
      '2025-09-30 12:12:30, repeat test, distance 3.28, REJECT_DOWN, MAE 0.00 points',
    ]);
  });

  it('opens the day and the moment of the one that is clicked, at the same level from the same side', () => {
    multiples()[0].click();
    expect(replay.open).toHaveBeenCalledExactlyOnceWith('ESZ5', '2025-10-03', 1759507950, 'pm_high', 'from_below');
  });

  it("gives share, interval and what is usual of every kind at the answer's horizon", () => {
    const shares = [...host().querySelectorAll('sp-outcome-bar .hidden')].map((words) => words.textContent);
    expect(shares).toEqual([
      'BREAK 43 %, 90 % interval 28 to 58 %, usually 41 %',
      'REJECT 57 %, 90 % interval 42 to 72 %, usually 59 %',
      'CHOP 0 %, 90 % interval 0 to 5 %, usually 0 %',
    ]);
    const [whisker] = host().querySelectorAll<HTMLElement>('.whisker');
    expect([whisker.style.left, parseFloat(whisker.style.width).toFixed(1)]).toEqual(['28%', '30.0']);
  });

  it('counts how they ended, with the effective number and the past that was seen', () => {
    expect(host().querySelector('.counts')!.textContent!.replaceAll(/\s+/g, ' ').trim()).toBe(
      'After 8 min 1 of 2 broke, 1 rejected, on 2 days; effective n 6.9; ' + 'of 28 setups on 8 days to 2025-10-10, 90 % interval',
    );
  });

  it('draws at most 24 and says how many there are', () => {
    replay.setup.set({ state: READY, answer: answer({ neighbours: Array.from({ length: 40 }, () => neighbour()) }) });
    expect(multiples()).toHaveLength(24);
    expect(host().querySelector('h2')!.textContent).toBe('24 of 40 similar setups');
  });

  it('draws nothing anew while the answer is of the same trigger', () => {
    const [drawn] = multiples();
    const line = drawn.querySelector('.mid')!.getAttribute('d');
    replay.setup.set({ state: READY, answer: answer({ age_s: 5, neighbours: [neighbour({ path: [[0, 0]] })] }) });
    expect(multiples()[0].querySelector('.mid')!.getAttribute('d')).toBe(line);
    const { setup } = answer();
    replay.setup.set({
      state: READY,
      answer: answer({ setup: { ...setup, ts_s: setup.ts_s - 5 }, neighbours: [neighbour({ path: [[0, 0]] })] }),
    });
    expect(multiples()[0].querySelector('.mid')!.getAttribute('d')).not.toBe(line);
  });

  it('says at once that there is no setup now where the one it is similar to is over', () => {
    expect(host().querySelector('.strangeness')!.textContent).not.toContain('No setup now');
    replay.setup.set({ state: READY, answer: answer({ as_of_s: TRIGGER_S + 5 }) });
    replay.cursor.update((cursor) => cursor + 1);
    expect(host().querySelector('.strangeness')!.textContent!.trim()).toMatch(/^No setup now: similar to the last one, 12:04:50\./);
  });

  it('says that nothing like it was there before', () => {
    const strangeness = 'Neighbours are 9.10 sigma away, farther than 99 % of past setups were from theirs: no comparable setup on record.';
    replay.setup.set({ state: READY, answer: answer({ nothing_like_it: true, strangeness }) });
    expect(host().querySelector('.strange')!.textContent).toContain('no comparable setup on record');
  });

  it('says that the past holds nothing to compare with, and draws neither bar nor path', () => {
    const strangeness = 'The past of 2025-09-30 holds nothing yet: no earlier session in the lake has this setup.';
    replay.setup.set({
      state: READY,
      answer: answer({ neighbours: [], outcomes: [], strangeness, counts: { BREAK: 0, REJECT: 0, CHOP: 0, WHIPSAW: 0, CENSORED: 0 } }),
    });
    expect(host().querySelector('.strangeness')!.textContent!.trim()).toBe(strangeness);
    expect(host().querySelector('sp-outcome-bar, ol button')).toBeNull();
  });

  it('gives the command where there is no index', () => {
    replay.setup.set({ state: { kind: 'empty', message: 'no index of pm_high', fix: 'spymaster index --level pm_high' }, answer: null });
    expect(host().querySelector('code')!.textContent).toBe('spymaster index --level pm_high');
  });

  it('takes the focus when it is asked for, and not before', () => {
    document.body.append(host());
    host();
    expect(document.activeElement).not.toBe(fixture.nativeElement);
    replay.neighbourRequests.update((asked) => asked + 1);
    host();
    expect(document.activeElement).toBe(fixture.nativeElement);
  });

  it('withholds an answer whose setup lies right of the cursor', () => {
    replay.cursor.update((cursor) => cursor - 1);
    expect(multiples()).toHaveLength(0);
  });
});
