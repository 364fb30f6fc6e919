import { effect, untracked } from '@angular/core';
import type { HorizonS } from '../api/day-data';
import type { DayLoad } from './day-load';
import type { DayFeed } from './feed';
import type { StageLook } from './look';
import type { SetupQuestion, SetupRequest } from './question';

/** What a turn asks of the board and reports to it. */
export interface TurnEvents {
  /** What is asked of the moment shown; null while there is no day. */
  request(): SetupRequest | null;
  turned(): void;
  failed(error: unknown, retry: () => void): void;
}

/** Turns ladder, conditions and sentence to the horizon that the look wants, all in one frame; until they are there the old one is shown. */
export class HorizonTurn {
  constructor(
    private readonly loaded: DayLoad,
    private readonly look: StageLook,
    private readonly question: SetupQuestion,
    private readonly events: TurnEvents,
  ) {
    effect(() => {
      const [feed, horizonS] = [loaded.feed(), look.now().horizonS];
      if (feed) untracked(() => void this.turn(feed, horizonS));
    });
  }

  /** Where the tables do not come, the look goes back to what is shown. */
  private async turn(feed: DayFeed, horizonS: HorizonS): Promise<void> {
    try {
      const along = (): Promise<void> => this.question.prepare(horizonS).catch(() => undefined); // Asked again, it says why it does not come.
      if (!(await feed.turnTo(horizonS, along)) || feed !== this.loaded.feed()) return;
      const request = this.events.request();
      if (request) this.question.ask(request);
      this.events.turned();
    } catch (error) {
      if (feed !== this.loaded.feed() || this.look.now().horizonS !== horizonS) return;
      this.look.setHorizon(feed.data.horizonS());
      this.events.failed(error, () => this.look.setHorizon(horizonS));
    }
  }
}
