import { ChangeDetectionStrategy, Component, ElementRef, afterEveryRender, computed, inject, viewChild } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterOutlet } from '@angular/router';
import { filter, map } from 'rxjs';
import { LakeDays } from '../api/lake-days';
import { Readiness } from '../api/readiness';
import { Drill } from '../board/drill';
import { KeyCommand, commandOf, takenBy } from '../board/keys';
import { Notices } from '../board/notices';
import { Picture } from '../board/picture';
import { Replay } from '../board/replay';
import { StageLook } from '../board/look';
import { JournalDialog } from '../journal/journal-dialog';
import { KeepDialog } from '../journal/keep-dialog';
import { openSetups } from '../setup/all-setups';
import { Theme } from '../ui/theme';
import { Header } from './header';
import { Help } from './help';

/** The frame of all screens: header, notices, keys and the live region. */
@Component({
  selector: 'sp-app',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterOutlet, Header, Help, KeepDialog, JournalDialog],
  host: { '(document:keydown)': 'pressed($event)' },
  template: `
    <a class="skip" href="#main" (click)="skip($event)">To the figures</a>
    <sp-header [onBoard]="onBoard()" (help)="help.toggle()" (journal)="journal.toggle()" />
    <main #main id="main" tabindex="-1">
      @if (readiness.preparing(); as what) {
        <p class="preparing" role="status"><strong>Preparing:</strong> {{ what }} The board goes on by itself.</p>
      }
      @if (notices.notice(); as notice) {
        <div class="notice" role="group" aria-label="Notice">
          <span>{{ notice.text }}</span>
          @if (notice.fix) {
            <code>{{ notice.fix }}</code>
          }
          @if (notice.retry; as retry) {
            <button type="button" (click)="notices.close(); retry()">Try again</button>
          }
          <button type="button" class="quiet" (click)="notices.close()">Close</button>
        </div>
      }
      <router-outlet />
    </main>
    <div class="hidden" role="status" aria-live="polite">{{ notices.announced() }}</div>
    <sp-help #help />
    <sp-keep-dialog />
    <sp-journal-dialog #journal />
  `,
  styleUrl: './app.css',
})
export class App {
  protected readonly notices = inject(Notices);
  private readonly replay = inject(Replay);
  protected readonly readiness = inject(Readiness);
  private readonly look = inject(StageLook);
  private readonly drill = inject(Drill);
  private readonly picture = inject(Picture);
  private readonly theme = inject(Theme);
  private readonly router = inject(Router);
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');
  private readonly helpDialog = viewChild.required(Help);
  private readonly keepDialog = viewChild.required(KeepDialog);
  private readonly journalDialog = viewChild.required(JournalDialog);
  private readonly url = toSignal(
    this.router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map((event) => event.urlAfterRedirects),
    ),
    { initialValue: '' },
  );
  protected readonly onBoard = computed(() => this.url().startsWith('/board'));

  constructor() {
    afterEveryRender({
      read: () => {
        const ready = String(this.readiness.preparing() === null && settled());
        if (document.body.dataset['ready'] !== ready) document.body.dataset['ready'] = ready;
      },
    });
    void this.readiness.follow();
    inject(LakeDays)
      .load()
      .catch(() => undefined); // The screen that needs the days says why there are none.
  }

  protected skip(event: Event): void {
    event.preventDefault();
    this.main().nativeElement.focus();
  }

  protected pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || takenBy(document.activeElement, event.key)) return;
    if (document.querySelector('dialog[open]') && event.key !== '?') return;
    const command = commandOf(event, this.replay.day()?.day.window_s ?? NaN);
    if (command && this.run(command)) event.preventDefault();
  }

  /** Does a command; false where this screen does not know it. */
  private run(command: KeyCommand): boolean {
    switch (command.do) {
      case 'theme':
        this.theme.toggle();
        return true;
      case 'help':
        this.helpDialog().toggle();
        return true;
      case 'close':
        this.notices.close();
        this.replay.closeEvents();
        this.drill.leave();
        return false;
    }
    if (!this.onBoard() || !this.replay.day()) return false;
    if (!this.lookAnew(command) && !this.note(command)) this.move(command);
    return true;
  }

  /** Does a command of the journal or the drill; false for any other. What shows the date waits until a drill is left. */
  private note(command: KeyCommand): boolean {
    switch (command.do) {
      case 'drill':
        void this.drill.start();
        return true;
      case 'call':
        void this.drill.decide(command.call);
        return true;
      case 'keep':
      case 'journal':
      case 'picture':
      case 'setups':
        if (this.drill.moment()) this.notices.mention('Leave the drill first: Esc');
        else if (command.do === 'setups') openSetups(this.replay);
        else if (command.do === 'keep') this.keepDialog().open();
        else if (command.do === 'journal') this.journalDialog().toggle();
        else void this.picture.save();
        return true;
    }
    return false;
  }

  /** Does a command that changes how the stage is looked at; false for any other. */
  private lookAnew(command: KeyCommand): boolean {
    switch (command.do) {
      case 'heat':
        this.look.toggleHeat();
        return true;
      case 'lens':
        this.look.toggleLens();
        return true;
      case 'horizon':
        this.look.nextHorizon();
        return true;
      case 'reset':
        this.look.reset();
        return true;
      case 'cut':
        this.look.moveCutOff(command.which, command.direction);
        return true;
    }
    return false;
  }

  /** Does a command that goes to another moment, level or panel. */
  private move(command: KeyCommand): void {
    switch (command.do) {
      case 'play':
        this.replay.toggle();
        break;
      case 'step':
        this.replay.step(command.windows);
        break;
      case 'episode':
        void this.replay.stepEpisode(command.direction);
        break;
      case 'speed':
        this.replay.changeSpeed(command.direction);
        break;
      case 'level': {
        const level = this.replay.boardLevels()[command.place - 1];
        if (level) this.replay.setLevel(level);
        break;
      }
      case 'flip':
        this.replay.flipApproachDir();
        break;
      case 'seen':
        this.replay.seeFire();
        break;
      case 'events':
        this.replay.toggleEvents();
        break;
      case 'start':
        this.replay.goToWindow(this.replay.first());
        break;
      case 'end':
        this.replay.toEnd();
        break;
    }
  }
}

/** Whether every panel shows its figures or says why not: a picture can be taken. */
function settled(): boolean {
  return document.querySelector('sp-panel') !== null && document.querySelector('main [aria-busy="true"]') === null;
}
