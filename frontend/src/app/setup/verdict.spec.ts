import { ComponentFixture, TestBed } from '@angular/core/testing';
import { DayData } from '../api/day-data';
import { madeUpDay } from '../api/made-up-day.fixture';
import type { ApproachAnswer, Episode } from '../api/schema';
import { Replay } from '../board/replay';
import { replayOf } from '../board/replay.fixture';
import { LOADING, READY } from '../ui/panel-state';
import { TRIGGER_S, answer } from './answer.fixture';
import { Verdict } from './verdict';

describe('the verdict band', () => {
  let data: DayData;
  let replay: ReturnType<typeof replayOf>;
  let fixture: ComponentFixture<Verdict>;

  beforeEach(() => {
    data = new DayData(madeUpDay(300));
    data.levels.set('pm_high', { fromS: [data.day.session_start_s], priceTicks: [26774] });
    data.bid.fill(26786);
    data.ask.fill(26788);
    data.known = data.windows;
    replay = replayOf(data);
    replay.cursor.set(data.indexOfEnd(TRIGGER_S));
    TestBed.configureTestingModule({ providers: [{ provide: Replay, useValue: replay }] });
    fixture = TestBed.createComponent(Verdict);
  });

  function text(selector = 'section'): string {
    TestBed.tick();
    fixture.detectChanges();
    return (fixture.nativeElement.querySelector(selector)?.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
  }

  function later(windows: number): void {
    replay.cursor.update((cursor) => cursor + windows);
  }

  it('says the side, what the physics favour, the share against usual, and where price is', () => {
    replay.setup.set({ state: READY, answer: answer() });
    expect(text('.side')).toBe('■ NO EDGE');
    expect(text('.slab .line')).toBe('Physics even; the past shows no difference');
    expect(text('.share .figure')).toBe('43 % broke, usually 41 %');
    expect(text('.sentence')).toBe('Price 1.875 above PM High 6693.50, standing.');
  });

  it('has the colour of the direction of price', () => {
    replay.setup.set({ state: READY, answer: answer({ verdict: 'REJECT DOWN' }) });
    text();
    expect(fixture.nativeElement.querySelector('section').classList).toContain('down');
  });

  it('says what the two sides do and for how long, test or no test', () => {
    const columns = data.conditionsOf('pm_high');
    const index = replay.cursor();
    [columns.distanceTicks[index], columns.balance[index], columns.balanceHeldS[index]] = [13, 1, 35];
    [columns.countUp[index], columns.countDown[index]] = [3, 0];
    expect(text('.physics .figure')).toBe('▲ TILT UP for 35 s');
    expect(text('.physics .line')).toBe('up 3/4, down 0/4 · asks give way, bids stand');
    columns.distanceTicks[index] = NaN;
    later(1);
    expect(text('.physics')).toContain('too far from the price');
  });

  it('puts a fire in the place of the physics until the reader has seen it', () => {
    const edge = { ...answer().edge, fired_s: TRIGGER_S, ev_ticks: 4 };
    replay.setup.set({ state: READY, answer: answer({ edge }) });
    expect(text('.physics .figure')).toMatch(/^FIRE 12:04:50, now seen a$/);
    expect(text('.physics .line')).toBe('+2.7 ticks after cost · none fired before');
    fixture.nativeElement.querySelector('.physics button').click();
    expect(replay.seeFire).toHaveBeenCalledOnce();
    replay.seenFireS.set(TRIGGER_S);
    expect(text('.physics')).not.toContain('FIRE');
  });

  it('greys and has no answer while the feed is silent', () => {
    replay.setup.set({ state: READY, answer: answer() });
    replay.dayState.set({ kind: 'stale', ageS: 12, isGrey: false });
    expect(text('.side')).toContain('NO EDGE');
    replay.dayState.set({ kind: 'stale', ageS: 31.6, isGrey: true });
    expect(text('.side')).toContain('NO ANSWER');
    expect(text('.slab .line')).toBe('no data for 31 s');
    expect((fixture.nativeElement as HTMLElement).querySelector('section')!.classList).toContain('stale');
  });

  it('has no answer once the test is over, and says when it was and where price is now', () => {
    replay.setup.set({ state: READY, answer: answer() });
    later(5);
    expect(text('.side')).toBe('– NO ANSWER');
    expect(text('.slab .line')).toBe('last test from below 12:04:50, 25 s ago');
    expect(text('.share')).toBe('The level is not being tested now.');
    expect(text('.sentence')).toBe('Price 3.25 points above PM High 6693.50.');
  });

  it('says that price approaches, and what is usual if it tests the level', () => {
    replay.setup.set({ state: READY, answer: answer() });
    later(5);
    replay.approach.set({
      sentence: 'PM High 6693.50 from below, 2.5 points away, coming.',
      tests: 0.62,
      if_tested: { break: 0.46, reject: 0.44, chop: 0.1 },
      horizon_s: 360,
    } as ApproachAnswer);
    expect(text('.side')).toBe('◇ APPROACHING');
    expect(text('.slab .line')).toContain('2.5 points away, coming');
    expect(text('.share .figure')).toBe('62 % tests the level within 6 min');
  });

  it('points to the other side while the level is tested from there', () => {
    const test = { setup: 'level_test', level_id: 'pm_high', approach_dir: 'from_above', last_trigger_s: TRIGGER_S + 25 } as Episode;
    replay.setup.set({ state: READY, answer: answer() });
    later(5);
    replay.episodes.set([test]);
    expect(text('.slab .line')).toMatch(/^one from above now: key f/);
    replay.episodes.set([{ ...test, last_trigger_s: TRIGGER_S + 20 }]);
    expect(text('.slab .line')).not.toContain('key f');
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
    expect(text()).not.toContain('43 %');
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
    expect(text('.side')).toBe('– NO ANSWER');
    expect(text('.share')).toContain('no index of pm_high');
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
    fixture.nativeElement.querySelector('.share button').click();
    expect(retry).toHaveBeenCalledOnce();
  });
});
