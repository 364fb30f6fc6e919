import type { Approach } from '../api/approach';
import { Client } from '../api/client';
import { DayData, type HorizonS } from '../api/day-data';
import { ServedDay } from '../api/day.fixture';
import { madeUpEpisode } from '../api/episode.fixture';
import { MadeUpServer } from '../api/server.fixture';
import { PATIENCE_MS, QUIET_MS, SetupQuestion } from './question';

const served = new ServedDay();
const data = new DayData(served.day);
const open = served.day.rth_open_s;

describe('the question about the setup', () => {
  let server: MadeUpServer;
  let question: SetupQuestion;
  let changes: number;
  const ask = (asOfS: number, level = 'pm_high', approachDir: Approach = 'from_below'): void =>
    question.ask({ data, level, approachDir, asOfS, horizonS: data.horizonS() });
  const rest = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(QUIET_MS + 50));

  beforeEach(() => {
    vi.useFakeTimers();
    changes = 0;
    server = new MadeUpServer(served);
    server.episodes = [
      madeUpEpisode(open + 10, { last_trigger_s: open + 20 }),
      madeUpEpisode(open + 60),
      madeUpEpisode(open + 60, { approach_dir: 'from_above', start_s: open + 65, last_trigger_s: open + 65 }),
    ];
    question = new SetupQuestion(new Client(), () => changes++);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('is asked once the cursor rests, not at every window it passes', async () => {
    for (let s = open + 20; s <= open + 50; s += 5) {
      ask(s);
      await vi.advanceTimersByTimeAsync(QUIET_MS / 3);
    }
    expect(server.requests).toEqual([]);
    await rest();
    expect(server.requestsFor('setup')).toHaveLength(1);
    expect(server.requestsFor('setup')[0].params.get('as_of_s')).toBe(String(open + 50));
    expect(question.answer().answer!.setup.ts_s).toBe(open + 20);
  });

  it('is asked at last while the cursor never rests', async () => {
    for (let waited = 0; waited <= PATIENCE_MS + 50; waited += 50) {
      ask(open + 30);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(server.requestsFor('setup')).toHaveLength(1);
  });

  it('is asked once for each trigger, however the cursor moves', async () => {
    for (const s of [30, 55, 60, 62, 100, 40, 70]) {
      ask(open + s);
      await rest();
      expect(question.answer().answer!.setup.ts_s).toBe(s < 60 ? open + 20 : open + 60);
    }
    expect(server.requestsFor('setup')).toHaveLength(2);
  });

  it('has its answer at once where it was asked before', async () => {
    ask(open + 30);
    await rest();
    ask(open + 70);
    await rest();
    ask(open + 40);
    expect(question.answer().answer!.setup.ts_s).toBe(open + 20);
  });

  it('says up to which moment its answer is known to be the newest', async () => {
    expect(question.answer().asOfS).toBe(-Infinity);
    ask(open + 30);
    await rest();
    ask(open + 100);
    expect(question.answer().asOfS).toBe(open + 30);
    await rest();
    expect(question.answer().asOfS).toBe(open + 100);
    ask(open + 40);
    expect(question.answer().asOfS).toBe(open + 40);
  });

  it('asks for the episodes only of moments that it has not seen', async () => {
    for (const s of [70, 30, 60]) {
      ask(open + s);
      await rest();
    }
    expect(server.requestsFor('episodes').map(({ params }) => Number(params.get('as_of_s')))).toEqual([open + 70]);
  });

  it('is asked anew within an episode, whose last trigger is not yet known there', async () => {
    ask(open + 30);
    await rest();
    ask(open + 15);
    await rest();
    expect(server.requestsFor('setup').map(({ params }) => Number(params.get('as_of_s')))).toEqual([open + 30, open + 15]);
    expect(question.answer().answer!.setup.ts_s).toBe(open + 15);
  });

  it('gives up the older one for a newer one', async () => {
    server.waits.set('setup', 1000);
    ask(open + 30);
    await rest();
    server.waits.set('setup', 10);
    ask(open + 100, 'pm_high', 'from_above');
    await vi.advanceTimersByTimeAsync(2000);
    expect(question.answer().answer!.setup.approach_dir).toBe('from_above');
    expect(server.requestsFor('setup')).toHaveLength(2);
  });

  it('shows nothing of another level while it waits', async () => {
    ask(open + 30);
    await rest();
    ask(open + 30, 'or_high');
    expect(question.answer()).toMatchObject({ state: { kind: 'loading' }, answer: null });
    await rest();
    expect(question.answer()).toMatchObject({
      state: { kind: 'empty', message: 'or_high was not tested from_below yet.', fix: null },
      answer: null,
    });
  });

  it('asks whether price comes to the level, at moments at which it is not being tested alone', async () => {
    server.approaches = [open + 40];
    ask(open + 20);
    await rest();
    expect(server.requestsFor('approach')).toEqual([]);
    ask(open + 40);
    await rest();
    expect(question.approach()).toMatchObject({ state: 'approach', ts_s: open + 40 });
    ask(open + 45);
    await rest();
    expect(question.approach()).toBeNull();
    expect(server.requestsFor('approach').map(({ params }) => Number(params.get('as_of_s')))).toEqual([open + 40, open + 45]);
  });

  it('has an answer over another horizon at once where it was prepared, and never shows that of another', async () => {
    const over = (horizonS: HorizonS): void =>
      question.ask({ data, level: 'pm_high', approachDir: 'from_below', asOfS: open + 30, horizonS });
    ask(open + 30);
    await rest();
    const prepared = question.prepare(240);
    await vi.advanceTimersByTimeAsync(50);
    await prepared;
    expect(server.requestsFor('setup').map(({ params }) => params.get('horizon_s'))).toEqual(['60', '240']);
    over(240);
    expect(question.answer().state.kind).toBe('ready');
    over(120);
    expect(question.answer()).toMatchObject({ state: { kind: 'loading' }, answer: null });
    await rest();
    expect(question.answer().answer).not.toBeNull();
    expect(server.requestsFor('setup').map(({ params }) => params.get('horizon_s'))).toEqual(['60', '240', '120']);
  });

  it('that failed can be tried again', async () => {
    server.fail('setup', 500, 'internal');
    ask(open + 30);
    await rest();
    const { state } = question.answer();
    expect(state).toMatchObject({ kind: 'error', message: 'setup: internal' });
    if (state.kind === 'error') state.retry();
    await rest();
    expect(question.answer().state.kind).toBe('ready');
  });

  it('says that the day has changed where the server holds another version', async () => {
    server.fail('episodes', 409, 'day_changed');
    ask(open + 30);
    await rest();
    expect(changes).toBe(1);
  });
});
