import { Component } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { ServedDay } from '../api/day.fixture';
import type { DrillMoment } from '../api/schema';
import { MadeUpRequest, MadeUpServer, MadeUpSocket } from '../api/server.fixture';
import { addressOf } from './address';
import { Drill } from './drill';
import { drillCall, drillMoment, drillScore } from './drill.fixture';
import { Notices } from './notices';
import { Replay } from './replay';

@Component({ template: '' })
class Screen {}

const served = new ServedDay(2, 6, 24);
const AT_S = served.day.rth_open_s + 30;

describe('a drill', () => {
  let server: MadeUpServer;
  let replay: Replay;
  let drill: Drill;
  let moment: DrillMoment;
  const router = (): Router => TestBed.inject(Router);
  const later = (requests: MadeUpRequest[]): MadeUpRequest[] =>
    requests.filter(({ params }) => Number(params.get('as_of_s') ?? params.get('from_s') ?? 0) > AT_S);

  beforeEach(async () => {
    localStorage.clear();
    server = new MadeUpServer(served);
    moment = drillMoment(AT_S);
    const call = drillCall(moment);
    server.replies.set('drill', moment);
    server.replies.set('drill/score', drillScore());
    server.replies.set(`drill/${moment.id}`, moment);
    server.replies.set(`drill/${moment.id}/call`, { call, score: drillScore() });
    MadeUpSocket.stub();
    TestBed.configureTestingModule({ providers: [provideRouter([{ path: '**', component: Screen }])] });
    replay = TestBed.inject(Replay);
    drill = TestBed.inject(Drill);
    const here = `symbol=ESZ5&date=2025-10-14&at=09:31:00&level=or_high&approach_dir=from_above`;
    await router().navigateByUrl(`/board?${here}`);
    await replay.restore(addressOf(new URLSearchParams(here)));
    server.requests.length = 0;
  });
  afterEach(() => vi.unstubAllGlobals());

  async function started(): Promise<void> {
    await drill.start();
    await vi.waitFor(() => expect(replay.day()).not.toBeNull());
    await vi.waitFor(() => expect(replay.cursorS()).toBe(AT_S));
  }

  it('shows the test at its moment, and the URL says no more than which drill it is', async () => {
    await started();
    expect([replay.level(), replay.approachDir()]).toEqual(['pm_high', 'from_below']);
    expect(replay.parameters()).toEqual({ drill: moment.id });
    await vi.waitFor(() => expect(router().url).toBe(`/board?drill=${moment.id}`));
    await new Promise((done) => setTimeout(done, 1200)); // the address follows the cursor within a second
    expect(router().url).toBe(`/board?drill=${moment.id}`);
    expect(TestBed.inject(Notices).announced()).toMatch(/^Drill, /);
  });

  it('shows and requests nothing after its moment until it is called, whatever the reader does', async () => {
    await started();
    replay.step(5);
    replay.goToWindow(replay.last());
    replay.play();
    await replay.stepEpisode(1);
    replay.setLevel('or_high');
    replay.step(-3);
    replay.step(9);
    await new Promise((done) => setTimeout(done, 400));
    expect([replay.cursorS(), replay.playing()]).toEqual([AT_S, false]);
    expect(server.requests.length).toBeGreaterThan(5);
    expect(later(server.requests)).toEqual([]);
    expect(server.requestsFor('next-episode')).toEqual([]);
    expect(MadeUpSocket.opened).toEqual([]);
  });

  it('is not given up for another before it is called', async () => {
    await started();
    await drill.start();
    expect(server.requestsFor('drill')).toHaveLength(1);
  });

  it('plays on once it is called, and stops at the outcome', async () => {
    await started();
    await drill.decide('BREAK');
    expect(server.requestsFor('/call')[0].body).toEqual({ call: 'BREAK' });
    expect([replay.playing(), replay.speed(), drill.isOver()]).toEqual([true, 12, false]);
    expect(drill.call()?.outcome).toBe('REJECT_DOWN');
    expect(replay.parameters()).toEqual({ drill: moment.id });
    replay.goTo(AT_S + 15);
    await vi.waitFor(() => expect(replay.cursorS()).toBe(AT_S + 15));
    TestBed.tick();
    expect([drill.isOver(), replay.playing()]).toEqual([true, false]);
  });

  it('is called once', async () => {
    await started();
    await drill.decide('BREAK');
    await drill.decide('REJECT');
    expect(server.requestsFor('/call')).toHaveLength(1);
  });

  it('goes on after a reload, and one that was called shows its outcome', async () => {
    await drill.resume(moment.id);
    await vi.waitFor(() => expect(replay.cursorS()).toBe(AT_S));
    drill.leave();
    const call = drillCall(moment);
    server.replies.set(`drill/${moment.id}`, { ...moment, call });
    await drill.resume(moment.id);
    await vi.waitFor(() => expect(replay.cursorS()).toBe(AT_S + 10)); // the last window that had ended at the outcome
  });

  it('left, says where the board is', async () => {
    await started();
    drill.leave();
    expect(replay.parameters()).toMatchObject({ symbol: 'ESZ5', date: '2025-10-14', level: 'pm_high' });
    replay.step(1);
    await vi.waitFor(() => expect(replay.cursorS()).toBe(AT_S + 5));
  });

  it('says why it cannot begin, and offers to try again', async () => {
    server.fail('drill', 404, 'not_built');
    await drill.start();
    expect(TestBed.inject(Notices).notice()?.text).toBe('drill: not_built');
    expect(drill.moment()).toBeNull();
    TestBed.inject(Notices).notice()!.retry!();
    await vi.waitFor(() => expect(drill.moment()?.id).toBe(moment.id));
  });
});
