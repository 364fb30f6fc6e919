import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { LakeDays } from '../api/lake-days';
import type { DayEntry } from '../api/schema';
import { Drill } from '../board/drill';
import { Picture } from '../board/picture';
import { Replay } from '../board/replay';
import { newYork, secondsOf } from '../ui/new-york';
import { Theme } from '../ui/theme';
import { Tabs } from './tabs';
import { Watermark } from './watermark';

/** What the list says of a day's state. */
const NOTES: Record<DayEntry['state'], string> = { ready: '', live: ', live', no_gold: ', no features', no_silver: ', not built' };

/** The screens, contract, date, New York clock, what the data are, feed age and the lake's version. */
@Component({
  selector: 'sp-header',
  host: { role: 'banner', '[class.live]': 'onBoard() && replay.live.isOn()' },
  imports: [Tabs, Watermark],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <strong class="name">Spymaster</strong>
    @if (!drill.moment()) {
      <sp-tabs />
    }
    @if (onBoard() && drill.moment()) {
      <strong class="drill">drill</strong>
    } @else if (onBoard()) {
      @if (roots().length > 1) {
        <select aria-label="Root" (change)="chooseRoot(rootChoice.value)" #rootChoice>
          @for (one of roots(); track one) {
            <option [value]="one" [selected]="one === root()">{{ one }}</option>
          }
        </select>
      }
      <div class="days" role="group" aria-label="Day">
        <button type="button" aria-label="Previous day" [disabled]="!before()" (click)="choose(before()!)">‹</button>
        <select aria-label="Contract and date" (change)="chooseAt(dayChoice.selectedIndex)" #dayChoice>
          @for (day of days(); track day.symbol + day.session_date) {
            <option [selected]="day === chosen()" [disabled]="day.state === 'no_silver'" [title]="day.reason ?? ''">
              {{ textOf(day) }}
            </option>
          }
        </select>
        <button type="button" aria-label="Next day" [disabled]="!after()" (click)="choose(after()!)">›</button>
      </div>
    }
    @if (onBoard()) {
      <time class="clock"><span class="hidden">New York time </span>{{ clock() }}</time>
      <span class="muted zone" aria-hidden="true">New York</span>
      <sp-watermark />
      @if (feed(); as age) {
        <span class="feed" [class]="age.look" [title]="age.text"
          ><i aria-hidden="true"></i><span>{{ age.text }}</span></span
        >
      }
    }
    <span class="spring"></span>
    @if (lake.list(); as list) {
      <span class="muted lake" title="The lake's folder and the version of its days"
        >{{ list.lake }} {{ list.lake_version.slice(0, 8) }}</span
      >
    }
    @if (onBoard() && !drill.moment()) {
      <button type="button" aria-haspopup="dialog" (click)="journal.emit()">Journal</button>
      <button type="button" title="Save the board as a PNG: p" (click)="picture.save()">PNG</button>
      <button type="button" title="A past test by chance, to be called blind: d" (click)="drill.start()">Drill</button>
    }
    <button type="button" (click)="theme.toggle()">{{ theme.name() === 'dark' ? 'Light' : 'Dark' }} <kbd aria-hidden="true">t</kbd></button>
    <button type="button" aria-haspopup="dialog" (click)="help.emit()">Keys <kbd aria-hidden="true">?</kbd></button>
  `,
  styleUrl: './header.css',
})
export class Header {
  protected readonly replay = inject(Replay);
  protected readonly lake = inject(LakeDays);
  protected readonly theme = inject(Theme);
  protected readonly drill = inject(Drill);
  protected readonly picture = inject(Picture);
  readonly onBoard = input.required<boolean>();
  readonly help = output<void>();
  readonly journal = output<void>();

  protected readonly roots = computed(() => this.lake.list()?.roots ?? []);
  protected readonly chosen = computed(() =>
    this.lake.list()?.days.find(({ symbol, session_date }) => symbol === this.replay.symbol() && session_date === this.replay.date()),
  );
  protected readonly root = computed(() => this.chosen()?.root ?? this.roots()[0] ?? '');
  /** Days of the root, newest first; a contract that is not the day's own only where it can be opened. */
  protected readonly days = computed(() =>
    (this.lake.list()?.days ?? []).filter(({ root, chosen, state }) => root === this.root() && (chosen || state !== 'no_silver')).reverse(),
  );
  private readonly openable = computed(() =>
    this.days().filter((day) => day.state !== 'no_silver' && (day.chosen || day === this.chosen())),
  );
  protected readonly before = computed(() => this.beside(1));
  protected readonly after = computed(() => this.beside(-1));
  protected readonly clock = computed(() => (this.replay.day() ? newYork(this.replay.cursorS()) : '--:--:--'));
  protected readonly feed = computed(() => {
    const [age, words, look] = [this.replay.feedAgeS(), this.replay.live.words(), this.replay.feedLook()];
    if (words !== null) return { text: words.text, look: words.isFailed ? 'failed' : look };
    return age === null ? null : { text: `feed ${Math.floor(age)} s`, look };
  });

  protected textOf(day: DayEntry): string {
    return `${day.session_date} · ${day.symbol}${NOTES[day.state] || (day.chosen ? '' : ", not the day's contract")}`;
  }

  /** The same time of another day; the edge of a live one. */
  protected choose(day: DayEntry): void {
    if (day.state === 'live') return this.replay.open(day.symbol, day.session_date, null);
    const time = this.replay.day() ? this.clock() : '09:45:00';
    this.replay.open(day.symbol, day.session_date, secondsOf(day.session_date, time));
  }

  protected chooseAt(place: number): void {
    this.choose(this.days()[place]);
  }

  protected chooseRoot(root: string): void {
    const days = this.lake.list()!.days.filter((day) => day.root === root && day.chosen && day.state !== 'no_silver');
    const day = days.findLast(({ session_date }) => session_date <= this.replay.date()) ?? days[0];
    if (day) this.choose(day);
  }

  private beside(places: 1 | -1): DayEntry | undefined {
    const days = this.openable();
    const at = days.findIndex((day) => day === this.chosen());
    return at < 0 ? undefined : days[at + places];
  }
}
