import { ComponentFixture, TestBed } from '@angular/core/testing';
import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import type { Episode } from '../api/schema';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { LOADING, READY } from '../ui/panel-state';
import { TRIGGER_S, answer } from './answer.fixture';
import { Sentence } from './sentence';
import { wordsOf } from './sentence.geometry';

describe('the sentence', () => {
  let replay: ReturnType<typeof replayOf>;
  let fixture: ComponentFixture<Sentence>;

  beforeEach(() => {
    const data = new DayData(madeUpDay(300));
    data.levels.set('pm_high', { fromS: [data.day.session_start_s], priceTicks: [26774] });
    data.bid.fill(26786);
    data.ask.fill(26788);
    data.known = data.windows;
    replay = replayOf(data);
    replay.cursor.set(data.indexOfEnd(TRIGGER_S));
    TestBed.configureTestingModule({ providers: [{ provide: Replay, useValue: replay }] });
    fixture = TestBed.createComponent(Sentence);
  });

  function text(selector = 'section'): string {
    TestBed.tick();
    fixture.detectChanges();
    return (fixture.nativeElement.querySelector(selector)?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
  }

  it('says the answer letter by letter, with its figures emphasised', () => {
    replay.setup.set({ state: READY, answer: answer() });
    expect(text('.sentence')).toBe(wordsOf(answer()));
    expect(fixture.nativeElement.querySelector('.sentence b').textContent).toBe('43 %');
  });

  it('says when its setup was, that this is now, and that it is simulated', () => {
    replay.setup.set({ state: READY, answer: answer() });
    expect(text('.age')).toBe('Setup of 12:04:50, now. SYNTHETIC');
  });

  it('says how long ago the setup was and that the price has left the level since', () => {
    replay.setup.set({ state: READY, answer: answer() });
    replay.cursor.update((cursor) => cursor + 5);
    replay.day()!.bid.fill(26780);
    replay.day()!.ask.fill(26782);
    expect(text('.age')).toBe('Setup of 12:04:50, 25 s ago. The price has left the level: now 1.75 points above PM High. SYNTHETIC');
    expect(text('.over')).toBe('');
  });

  it('begins with there being no setup now once the setup is over, and keeps its sentence', () => {
    replay.setup.set({ state: READY, answer: answer() });
    replay.cursor.update((cursor) => cursor + 5);
    expect(text()).toMatch(
      /^No setup now\. The price has left the level: now 3\.25 points above PM High\. The last one from below was at 12:04:50, 25 s ago:/,
    );
    expect(text('.sentence.past')).toBe(wordsOf(answer()));
    expect(text('.age')).toBe('');
  });

  it('points to the other side while the level is tested from there', () => {
    const cursorS = TRIGGER_S + 25;
    const test = { setup: 'level_test', level_id: 'pm_high', approach_dir: 'from_above', last_trigger_s: cursorS } as Episode;
    replay.setup.set({ state: READY, answer: answer() });
    replay.cursor.update((cursor) => cursor + 5);
    replay.episodes.set([test]);
    expect(text('.over')).toContain('There is one from above: key f.');
    replay.episodes.set([{ ...test, last_trigger_s: cursorS - 5 }]);
    expect(text('.over')).not.toContain('There is one');
  });

  it('announces nothing that lies right of the cursor after a step back', () => {
    replay.setup.set({ state: READY, answer: answer({ sentence: 'later' }) });
    expect(text('[aria-live]')).toMatch(/ later$/);
    replay.cursor.update((cursor) => cursor - 1);
    expect(text('[aria-live]')).toBe('');
    replay.setup.set({ state: READY, answer: answer({ sentence: 'earlier', setup: { ...answer().setup, ts_s: TRIGGER_S - 5 } }) });
    expect(text('[aria-live]')).toBe('');
  });

  it('withholds an answer whose setup lies right of the cursor', () => {
    replay.setup.set({ state: READY, answer: answer() });
    replay.cursor.update((cursor) => cursor - 1);
    expect(text()).not.toContain('6693.50');
  });

  it('says that nothing like it was there before', () => {
    replay.setup.set({ state: READY, answer: answer({ nothing_like_it: true }) });
    expect(text('.sentence')).toContain('Nothing like it before.');
  });

  it('announces once an episode and not once a window', () => {
    replay.setup.set({ state: READY, answer: answer({ sentence: 'first' }) });
    expect(text('[aria-live]')).toMatch(/ first$/);
    replay.setup.set({ state: READY, answer: answer({ sentence: 'five seconds on' }) });
    expect(text('[aria-live]')).toMatch(/ first$/);
    replay.setup.set({ state: READY, answer: answer({ sentence: 'next', setup: { ...answer().setup, episode: 11 } }) });
    expect(text('[aria-live]')).toMatch(/ next$/);
  });

  it('says why there is no answer and the command that fixes it', () => {
    replay.setup.set({ state: { kind: 'empty', message: 'no index of pm_high', fix: 'spymaster index --level pm_high' }, answer: null });
    expect(text()).toContain('no index of pm_high');
    expect(text('code')).toBe('spymaster index --level pm_high');
  });

  it('is busy while it waits', () => {
    replay.setup.set({ state: LOADING, answer: null });
    expect(text('[role=status]')).toBe('The answer is being looked up');
    expect(fixture.nativeElement.querySelector('section').getAttribute('aria-busy')).toBe('true');
  });

  it('asks again after an error', () => {
    const retry = vi.fn();
    replay.setup.set({ state: { kind: 'error', message: 'the server did not answer', fix: null, retry }, answer: null });
    text();
    fixture.nativeElement.querySelector('button').click();
    expect(retry).toHaveBeenCalledOnce();
  });
});
