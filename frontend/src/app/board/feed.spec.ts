import { Client, type TableName } from '../api/client';
import { DayData, HEAT_TICKS } from '../api/day-data';
import { ServedDay } from '../api/day.fixture';
import { MadeUpServer } from '../api/server.fixture';
import { chance } from '../ui/chance.fixture';
import { DayFeed } from './feed';

const LATER = ['heat', 'trades', 'walls', 'events', 'ladder', 'conditions'] as const;
const ALONG = ['windows', 'levels', ...LATER] as const;

function start(served = new ServedDay()): { server: MadeUpServer; data: DayData; feed: DayFeed; changed: () => number } {
  let changes = 0;
  const server = new MadeUpServer(served);
  const data = new DayData(served.day);
  const feed = new DayFeed(new Client(), data, ['pm_high', 'or_high'], () => changes++);
  return { server, data, feed, changed: () => changes };
}

async function settle(feed: DayFeed, ...tables: TableName[]): Promise<void> {
  await vi.waitFor(() => tables.forEach((table) => expect(feed.state(table).kind).not.toBe('loading')));
}

afterEach(() => vi.unstubAllGlobals());

describe('the feed of a day', () => {
  it('opens with prices, levels and candles; the rest follows', async () => {
    const { server, feed } = start();
    await feed.open(5);
    expect(server.requests[0].path.split('/').at(-1)).toBe('windows,levels,candles');
    expect(feed.state('windows').kind).toBe('ready');
    await settle(feed, ...LATER);
    expect(server.requests.slice(1).map(({ path }) => path.split('/').at(-1))).toEqual(['heat,trades,walls,events', 'ladder,conditions']);
  });

  it('steps on by one request, one piece after the other, and asks for nothing later than requested', async () => {
    const next = chance(4);
    const { server, data, feed } = start();
    let last = 4;
    await feed.open(last);
    await settle(feed, ...LATER);
    while (last < data.windows - 1) {
      const before = server.requests.length;
      const from = last;
      last = Math.min(data.windows - 1, last + 1 + Math.floor(next() * 5));
      await feed.extend(last);
      expect(server.requests.slice(before).map(({ path, params }) => [path, params.get('from_s'), params.get('as_of_s')])).toEqual([
        ['days/ESZ5/2025-10-14/windows', String(data.endS(from)), String(data.endS(last))],
      ]);
      expect(data.known).toBe(last + 1);
    }
    expect(data.heat).toEqual(server.served.heat);
    expect([data.trades, data.walls, data.events]).toEqual([server.served.trades, server.served.walls, server.served.events]);
    expect([...data.conditions.get('or_high')!.times1]).toEqual(server.served.c1[1]);
  });

  it('has whole tables where windows were appended while they came', async () => {
    const { server, data, feed } = start();
    server.waits.set('/heat', 20);
    await feed.open(5);
    for (const index of [6, 7]) feed.append(server.served.message(index));
    await settle(feed, ...LATER);
    const before = server.requests.length;
    await feed.extend(8);
    expect(
      server.requests.slice(before).map(({ path }) => path.split('/').at(-1)),
      'one piece for all',
    ).toEqual(['windows']);
    const heat = 9 * HEAT_TICKS;
    expect(data.heat.slice(0, heat)).toEqual(server.served.heat.slice(0, heat));
  });

  it('asks for each window of a table once, one piece after the other, where the pieces are long', async () => {
    const next = chance(4);
    const { server, data, feed } = start(new ServedDay(1, 6, 600));
    let last = 4;
    await feed.open(last);
    while (last < data.windows - 1) {
      last = Math.min(data.windows - 1, last + 60 + Math.floor(next() * 50));
      await feed.extend(last);
      expect(data.known).toBe(last + 1);
      for (const { params } of server.requests) expect(Number(params.get('as_of_s'))).toBeLessThanOrEqual(data.endS(last));
    }
    for (const table of ALONG) {
      const pieces = server.requestsFor(`/${table}`).map(({ params }) => [params.get('from_s'), params.get('as_of_s')]);
      expect(pieces[0][0]).toBeNull();
      for (let at = 1; at < pieces.length; at++) expect(pieces[at][0]).toBe(pieces[at - 1][1]);
      expect(pieces.at(-1)![1]).toBe(String(data.day.session_end_s));
    }
    expect(data.heat).toEqual(server.served.heat);
    expect([data.trades, data.walls, data.events]).toEqual([server.served.trades, server.served.walls, server.served.events]);
    expect([...data.conditions.get('or_high')!.times1]).toEqual(server.served.c1[1]);
  });

  it('asks for every table at the version that it began with', async () => {
    const { server, data, feed } = start();
    await feed.open(8);
    await feed.extend(12);
    expect(new Set(server.requests.map(({ params }) => params.get('version')))).toEqual(new Set([data.day.version]));
  });

  it('does not ask for a table that is not built, and says the command that builds it', async () => {
    const served = new ServedDay();
    served.day.absent.push({ table: 'ladder', code: 'not_built', message: 'no ladder', fix: 'spymaster build --layer gold' });
    const { server, feed } = start(served);
    await feed.open(8);
    await feed.extend(9);
    expect(feed.state('ladder')).toEqual({ kind: 'empty', message: 'no ladder', fix: 'spymaster build --layer gold' });
    expect(server.requestsFor('/ladder')).toEqual([]);
    expect(feed.state('heat').kind).toBe('ready');
  });

  it('shows the error of tables that come together on them alone, and fills them when they are tried again', async () => {
    const { server, data, feed } = start();
    server.fail('/heat', 500, 'internal');
    await feed.open(8);
    await settle(feed, 'heat', 'trades', 'ladder');
    expect(feed.state('trades').kind).toBe('error');
    const state = feed.state('heat');
    expect(state).toMatchObject({ kind: 'error', message: '/heat: internal' });
    expect(feed.state('ladder').kind).toBe('ready');
    if (state.kind === 'error') state.retry();
    await settle(feed, 'heat', 'trades');
    expect([feed.state('heat').kind, feed.state('trades').kind]).toEqual(['ready', 'ready']);
    expect(data.heat.slice(0, 9 * 97)).toEqual(server.served.heat.slice(0, 9 * 97));
  });

  it('does not open where the prices do not come', async () => {
    const { server, data, feed } = start();
    server.fail('/windows', 503, 'rebuilding');
    await expect(feed.open(8)).rejects.toThrow('/windows: rebuilding');
    expect(data.known).toBe(0);
  });

  it('says that the day has changed where the server holds another version', async () => {
    const { server, feed, changed } = start(new ServedDay(1, 6, 100));
    await feed.open(8);
    server.fail('/ladder', 409, 'day_changed');
    await feed.extend(90);
    expect(changed()).toBe(1);
    await feed.extend(90);
    server.fail('/windows', 409, 'day_changed');
    await feed.extend(92);
    expect(changed()).toBe(2);
  });

  it('fetches a level that is added from the beginning on, and with the others from then on', async () => {
    const { server, data } = start();
    const feed = new DayFeed(new Client(), data, ['pm_high'], () => undefined);
    await feed.open(8);
    await settle(feed, 'conditions');
    await feed.showLevels(['pm_high', 'or_high']);
    const added = server.requestsFor('/conditions').at(-1)!;
    expect([added.params.get('levels'), added.params.get('from_s'), Number(added.params.get('as_of_s'))]).toEqual([
      'or_high',
      null,
      data.endS(8),
    ]);
    await feed.extend(9);
    expect(server.requestsFor('/windows').at(-1)!.params.get('levels')).toBe('pm_high,or_high');
    expect([...data.conditions.get('or_high')!.times1.slice(0, 10)]).toEqual(server.served.c1[1].slice(0, 10));
  });

  it('requests an added level again where it did not come', async () => {
    const { server, data } = start();
    const feed = new DayFeed(new Client(), data, ['pm_high'], () => undefined);
    await feed.open(8);
    await settle(feed, 'conditions');
    server.fail('/conditions', 500, 'internal');
    await feed.showLevels(['pm_high', 'or_high']);
    const state = feed.state('conditions');
    expect(state.kind).toBe('error');
    if (state.kind === 'error') state.retry();
    await vi.waitFor(() => expect(feed.state('conditions').kind).toBe('ready'));
    expect([...data.conditions.get('or_high')!.times1.slice(0, 9)]).toEqual(server.served.c1[1].slice(0, 9));
  });

  it('leaves all as it was where the next windows do not come', async () => {
    const { server, data, feed } = start();
    await feed.open(8);
    await settle(feed, 'heat', 'ladder', 'conditions');
    server.fail('/windows', 500, 'internal');
    server.fail('/heat', 500, 'internal');
    await expect(feed.extend(9)).rejects.toThrow('/windows: internal');
    expect([data.known, feed.state('windows').kind, feed.state('heat').kind]).toEqual([9, 'ready', 'ready']);
    await feed.extend(9);
    expect(data.heat.slice(0, 10 * 97)).toEqual(server.served.heat.slice(0, 10 * 97));
  });

  it('goes on over HTTP after the windows that the replay brought', async () => {
    const { server, data, feed } = start();
    await feed.open(5);
    await settle(feed, ...LATER);
    for (let index = 6; index < 12; index++) feed.append(server.served.message(index));
    await feed.extend(15);
    expect(server.requests.at(-1)!.params.get('from_s')).toBe(String(data.endS(11)));
    expect(data.heat.slice(0, 16 * 97)).toEqual(server.served.heat.slice(0, 16 * 97));
  });

  it('fills a table that was still on its way when the replay began, without a hole', async () => {
    const { server, data, feed } = start();
    server.waits.set('/heat', 30);
    await feed.open(5);
    for (let index = 6; index < 9; index++) feed.append(server.served.message(index));
    await settle(feed, 'heat');
    await feed.extend(12);
    expect(data.heat.slice(0, 13 * 97)).toEqual(server.served.heat.slice(0, 13 * 97));
  });

  it('fills a table whose beginning did not come from the beginning on, though the replay went on', async () => {
    const { server, data, feed } = start();
    server.fail('/heat', 500, 'internal');
    await feed.open(5);
    await settle(feed, 'heat');
    for (let index = 6; index < 9; index++) feed.append(server.served.message(index));
    const state = feed.state('heat');
    if (state.kind === 'error') state.retry();
    await settle(feed, 'heat', 'trades');
    expect([feed.state('heat').kind, feed.state('trades').kind]).toEqual(['ready', 'ready']);
    expect(data.heat.slice(0, 9 * 97)).toEqual(server.served.heat.slice(0, 9 * 97));
  });

  it('turns ladder and conditions to another horizon together, once all of it is there, whatever comes meanwhile', async () => {
    const { server, data, feed } = start();
    await feed.open(4);
    await settle(feed, ...LATER);
    const before = server.requests.length;
    let answered = (): void => undefined;
    const turned = feed.turnTo(240, () => new Promise<void>((done) => (answered = done)));
    await feed.extend(6);
    expect(data.horizonS()).toBe(60);
    data.ladder.longDepth.fill(-1);
    answered();
    expect(await turned).toBe(true);
    expect(data.horizonS()).toBe(240);
    expect([...data.ladder.longDepth.subarray(0, 7 * data.strikes)]).not.toContain(-1);
    const asked = server.requests
      .slice(before)
      .map(({ path, params }) => [path.split('/').at(-1), params.get('horizon_s'), params.get('from_s')]);
    expect(asked).toEqual([
      ['ladder,conditions', '240', null],
      ['windows', '60', String(data.endS(4))],
      ['ladder,conditions', '240', String(data.endS(4))],
    ]);
    await feed.extend(7);
    expect(server.requests.at(-1)!.params.get('horizon_s')).toBe('240');
  });

  it('stays as it is where the tables of another horizon do not come, and turns to the one wanted last', async () => {
    const { server, data, feed } = start();
    await feed.open(4);
    await settle(feed, ...LATER);
    const along = (): Promise<void> => Promise.resolve();
    server.fail('/ladder', 503, 'rebuilding');
    await expect(feed.turnTo(120, along)).rejects.toThrow('rebuilding');
    expect(data.horizonS()).toBe(60);
    expect(await Promise.all([feed.turnTo(120, along), feed.turnTo(240, along)])).toEqual([false, true]);
    expect(data.horizonS()).toBe(240);
    expect(await feed.turnTo(240, along)).toBe(false);
  });

  it('is silent once closed', async () => {
    const { data, feed } = start();
    const opening = feed.open(8);
    feed.close();
    await opening;
    expect(data.known).toBe(0);
  });
});
