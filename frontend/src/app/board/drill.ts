import { Injectable, Signal, computed, effect, inject, signal, untracked } from '@angular/core';
import { Router } from '@angular/router';
import { Client } from '../api/client';
import type { DrillCall, DrillMoment, DrillResult, DrillScore } from '../api/schema';
import { Cover } from './cover';
import { Notices } from './notices';
import { Replay } from './replay';
import { SPEED_FIRST } from './speeds';

/** A past test by chance, of which nothing later is shown or requested until the reader has called it. */
@Injectable({ providedIn: 'root' })
export class Drill {
  private readonly client = inject(Client);
  private readonly router = inject(Router);
  private readonly notices = inject(Notices);
  private readonly replay = inject(Replay);
  private readonly cover = inject(Cover);
  private readonly momentNow = signal<DrillMoment | null>(null);
  private readonly scoreNow = signal<DrillScore | null>(null);
  private isBusy = false;

  /** The test that is drilled; null while none is. */
  readonly moment: Signal<DrillMoment | null> = this.momentNow.asReadonly();
  /** The call, and how the test ended; null until it is called. */
  readonly call: Signal<DrillCall | null> = computed(() => this.moment()?.call ?? null);
  readonly score: Signal<DrillScore | null> = this.scoreNow.asReadonly();
  /** Whether the board has played on to the outcome. */
  readonly isOver: Signal<boolean> = computed(() => {
    const call = this.call();
    return call !== null && this.replay.cursorS() >= call.outcome_s;
  });

  constructor() {
    effect(() => {
      if (this.isOver()) untracked(() => this.replay.pause());
    });
  }

  /** Begins another drill; the test at hand must be called first. */
  async start(): Promise<void> {
    if (this.cover.isOn()) return this.notices.mention('Call this test first: b, r or x. Esc leaves the drill.');
    await this.alone(async () => {
      const moment = await this.client.post<DrillMoment>('drill');
      this.show(moment);
      await this.router.navigate(['/board'], { queryParams: { drill: moment.id } });
    });
  }

  /** Goes on with the drill that a URL names. */
  async resume(id: string): Promise<void> {
    if (this.moment()?.id === id) return;
    await this.alone(async () => this.show(await this.client.get<DrillMoment>(`drill/${id}`)));
  }

  /** Calls the test, and plays on to its outcome. */
  async decide(call: DrillCall['call']): Promise<void> {
    const moment = this.moment();
    if (moment === null || moment.call !== null) return;
    await this.alone(async () => {
      const result = await this.client.post<DrillResult>(`drill/${moment.id}/call`, { call });
      if (this.moment() !== moment) return;
      this.momentNow.set({ ...moment, call: result.call });
      this.scoreNow.set(result.score);
      this.cover.lift();
      this.replay.setSpeed(SPEED_FIRST);
      this.replay.goTo(moment.at_s);
      this.replay.play();
    });
  }

  /** Ends the drill; the board stays where it is, with everything shown. */
  leave(): void {
    if (this.moment() === null) return;
    this.momentNow.set(null);
    this.cover.take();
    this.notices.announce('The drill has ended');
  }

  private show(moment: DrillMoment): void {
    const { id, symbol, session_date, at_s, level_id, approach_dir, call } = moment;
    this.cover.put(id, call === null ? at_s : Infinity);
    this.momentNow.set(moment);
    this.notices.close();
    void this.replay.show(symbol, session_date, call?.outcome_s ?? at_s, level_id, approach_dir);
    void this.client.get<DrillScore>('drill/score').then(
      (score) => this.scoreNow.set(score),
      () => this.scoreNow.set(null),
    );
  }

  /** Does one thing at a time, and says where it failed. */
  private async alone(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      await work();
    } catch (error) {
      this.notices.fail(error, () => void this.alone(work));
    } finally {
      this.isBusy = false;
    }
  }
}
