import type { FeedName, FeedState, LiveFeed } from '../api/schema';

/** A live day's feed as the header says it. */
export interface FeedWords {
  text: string;
  /** Whether nothing more comes until somebody does something. */
  isFailed: boolean;
}

type Words = (feed: FeedState, sinceS: number) => string;

const DAY_S = 86_400;

/** What the feed does in words, `sinceS` after it was said; a state without words does not compile. */
const WORDS: Record<FeedName, Words> = {
  preparing: () => 'preparing',
  waiting: () => 'waiting for the session',
  connecting: () => 'connecting',
  catching_up: (feed) => `catching up${share(feed)}`,
  live: (_, sinceS) => `feed live, ${Math.floor(sinceS)} s`,
  quiet: () => 'feed quiet',
  reconnecting: (feed, sinceS) => `reconnecting (attempt ${feed.attempt}${nextTry(feed, sinceS)})`,
  behind: ({ behind_records }) => `behind by ${behind_records.toLocaleString('en-US')} records`,
  refused: () => 'refused',
  recorder_failed: () => 'not recorded',
  engine_failed: () => 'engine failed',
  over: () => 'session over',
};

const FAILED: readonly FeedName[] = ['refused', 'recorder_failed', 'engine_failed'];
/** States after which an engine may fall silent. */
const LAST: readonly FeedName[] = [...FAILED, 'over'];
/** States in which no window can become final. */
const CUT_OFF: readonly FeedName[] = [...FAILED, 'reconnecting'];

/** Seconds after which an engine that says nothing of its feed is silent. */
const SILENT_S = 5;

export function wordsOf(said: LiveFeed, ageS: number): FeedWords {
  const { feed } = said;
  const silentS = said.silent_s ?? 0;
  if (feed === null) return { text: 'no word of the feed', isFailed: false };
  if (isSilent(said)) return { text: `engine silent, ${Math.floor(silentS)} s`, isFailed: true };
  const isFailed = FAILED.includes(feed.state);
  const text = WORDS[feed.state](feed, feed.state === 'live' ? ageS : silentS);
  return { text: isFailed && feed.message !== null ? `${text}: ${feed.message}` : text, isFailed };
}

/** Why nothing more comes until somebody does something; null where the feed goes on or recovers by itself. */
export function failureOf(said: LiveFeed): string | null {
  const { feed } = said;
  if (feed === null) return null;
  if (isSilent(said)) return 'The live engine says nothing any more; what is shown does not go on. See where it runs.';
  if (!FAILED.includes(feed.state)) return null;
  const what = { refused: 'The feed is refused', recorder_failed: 'The day is not recorded', engine_failed: 'The live engine failed' };
  return `${what[feed.state as keyof typeof what]}: ${feed.message ?? 'it said no more.'}`;
}

export function isCutOff({ feed }: LiveFeed): boolean {
  return feed !== null && CUT_OFF.includes(feed.state);
}

function isSilent({ feed, silent_s }: LiveFeed): boolean {
  return feed !== null && !LAST.includes(feed.state) && (silent_s ?? 0) > SILENT_S;
}

/** Records are taken in from 00:00 UTC of the day on. */
function share({ catch_up }: FeedState): string {
  if (catch_up === null) return '';
  const beganS = Math.floor(catch_up.to_s / DAY_S) * DAY_S;
  const done = catch_up.to_s > beganS ? (catch_up.done_s - beganS) / (catch_up.to_s - beganS) : 1;
  return `, ${Math.floor(100 * Math.min(1, Math.max(0, done)))} %`;
}

/** By the server's clock: the wall clock here may be another. */
function nextTry({ next_try_s, said_s }: FeedState, sinceS: number): string {
  if (next_try_s === null) return '';
  return `, next in ${Math.max(0, Math.ceil(next_try_s - said_s - sinceS))} s`;
}
