import type { Episode } from './schema';

/** The direction from which the price comes to a level. */
export type Approach = Episode['approach_dir'];
