import { madeUpEpisode } from '../api/episode.fixture';
import type { Episode } from '../api/schema';
import { knownAt, newestTrigger } from './episodes';

function episode(over: Partial<Episode>): Episode {
  return madeUpEpisode(100, over);
}

describe('episodes known at a moment', () => {
  const settled = episode({ last_trigger_s: 160, outcome: 'BREAK_UP', outcome_s: 300 });

  it('are those that had begun', () => {
    expect(knownAt([settled, episode({ start_s: 200 })], 99)).toEqual([]);
    expect(knownAt([settled, episode({ start_s: 200 })], 100)).toHaveLength(1);
    expect(knownAt([settled, episode({ start_s: 200 })], 200)).toHaveLength(2);
  });

  it('have their outcome only once it was known', () => {
    expect(knownAt([settled], 299)[0]).toMatchObject({ outcome: null, outcome_s: null });
    expect(knownAt([settled], 300)[0]).toMatchObject({ outcome: 'BREAK_UP', outcome_s: 300 });
  });

  it('have a last trigger only as far as it is surely not later', () => {
    expect(knownAt([settled], 159)[0].last_trigger_s).toBe(100);
    expect(knownAt([settled], 160)[0].last_trigger_s).toBe(160);
  });

  it('are the same objects where nothing is held back, so that nothing is drawn anew', () => {
    const open = episode({});
    expect(knownAt([settled, open], 300)[0]).toBe(settled);
    expect(knownAt([settled, open], 300)[1]).toBe(open);
  });
});

describe('the newest trigger', () => {
  const episodes = [
    episode({ start_s: 100, last_trigger_s: 160 }),
    episode({ start_s: 150, level_id: 'pm_low' }),
    episode({ start_s: 180, setup: 'break_and_confirm' }),
    episode({ start_s: 400, last_trigger_s: 500 }),
    episode({ start_s: 450, last_trigger_s: 450, approach_dir: 'from_above' }),
  ];

  it('is of the level, the approach and the level test that are asked about', () => {
    expect(newestTrigger(episodes, 'pm_high', 'from_below', 399)).toBe(160);
    expect(newestTrigger(episodes, 'pm_high', 'from_below', 600)).toBe(500);
    expect(newestTrigger(episodes, 'pm_high', 'from_above', 600)).toBe(450);
  });

  it('is none before the first episode', () => {
    expect(newestTrigger(episodes, 'pm_high', 'from_below', 99)).toBe('none');
    expect(newestTrigger(episodes, 'vwap', 'from_below', 600)).toBe('none');
  });

  it('is not clear between an episode’s first and last trigger', () => {
    expect(newestTrigger(episodes, 'pm_high', 'from_below', 100)).toBe('unclear');
    expect(newestTrigger(episodes, 'pm_high', 'from_below', 159)).toBe('unclear');
    expect(newestTrigger(episodes, 'pm_high', 'from_below', 160)).toBe(160);
  });
});
