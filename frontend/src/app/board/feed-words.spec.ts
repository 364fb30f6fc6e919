import { FEED_NAME, type FeedState, type LiveFeed } from '../api/schema';
import { failureOf, isCutOff, wordsOf } from './feed-words';

function said(state: FeedState['state'], over: Partial<FeedState> = {}, silent_s: number | null = 0.5): LiveFeed {
  return { type: 'feed', silent_s, feed: { state, said_s: 1000, message: null, next_try_s: null, catch_up: null, ...over } as FeedState };
}

describe('the words of a feed', () => {
  it('say of every state what it is', () => {
    const words = FEED_NAME.map((state) => wordsOf(said(state, { attempt: 3, behind_records: 2300 }), 1.4).text);
    expect(words).toEqual([
      'preparing',
      'waiting for the session',
      'connecting',
      'catching up',
      'feed live, 1 s',
      'feed quiet',
      'reconnecting (attempt 3)',
      'behind by 2,300 records',
      'refused',
      'not recorded',
      'engine failed',
      'session over',
    ]);
  });

  it('say how much of the day was caught up, from 00:00 UTC on', () => {
    const midnight_s = 1760400000;
    const of = (done_s: number): string => wordsOf(said('catching_up', { catch_up: { done_s, to_s: midnight_s + 50_000 } }), 0).text;
    expect([of(midnight_s - 9), of(midnight_s), of(midnight_s + 21_999), of(midnight_s + 50_000)]).toEqual([
      'catching up, 0 %',
      'catching up, 0 %',
      'catching up, 43 %',
      'catching up, 100 %',
    ]);
  });

  it('say when the next connection is tried, by the time since that was said', () => {
    const trying = (silentS: number): string => wordsOf(said('reconnecting', { attempt: 3, next_try_s: 1004.5 }, silentS), 9).text;
    expect([trying(0.6), trying(2.5), trying(4.9)]).toEqual([
      'reconnecting (attempt 3, next in 4 s)',
      'reconnecting (attempt 3, next in 2 s)',
      'reconnecting (attempt 3, next in 0 s)',
    ]);
  });

  it('say why it failed, and that an engine says nothing any more', () => {
    expect(wordsOf(said('refused', { message: 'the key is off' }), 0)).toEqual({ text: 'refused: the key is off', isFailed: true });
    expect(wordsOf(said('quiet', { message: 'heartbeats' }), 0)).toEqual({ text: 'feed quiet', isFailed: false });
    expect(wordsOf(said('live', {}, 6.9), 6.9)).toEqual({ text: 'engine silent, 6 s', isFailed: true });
    expect(wordsOf({ type: 'feed', feed: null, silent_s: null }, 0)).toEqual({ text: 'no word of the feed', isFailed: false });
  });

  it('of an engine that ended as it said are those it said last', () => {
    expect(wordsOf(said('over', {}, 60), 60).text).toBe('session over');
    expect(wordsOf(said('engine_failed', { message: 'a fault' }, 60), 60).text).toBe('engine failed: a fault');
    expect(failureOf(said('over', {}, 60))).toBeNull();
    expect(failureOf(said('refused', { message: 'the key is off' }, 60))).toBe('The feed is refused: the key is off');
  });

  it('know in which states no window comes', () => {
    expect(FEED_NAME.filter((state) => isCutOff(said(state)))).toEqual(['reconnecting', 'refused', 'recorder_failed', 'engine_failed']);
  });
});
