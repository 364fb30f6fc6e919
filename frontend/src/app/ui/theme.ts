import { DOCUMENT, Injectable, Signal, computed, effect, inject, signal } from '@angular/core';
import { Colours, PALETTE, ThemeName, property, themeName } from './palette';

const KEPT = 'spymaster.theme';

/** Dark or light: as chosen here, else as chosen the last time, else as the system asks. */
@Injectable({ providedIn: 'root' })
export class Theme {
  private readonly document = inject(DOCUMENT);
  private readonly window = this.document.defaultView!;
  private readonly system = this.window.matchMedia?.('(prefers-color-scheme: light)');
  private readonly systemName = signal<ThemeName>(this.system?.matches ? 'light' : 'dark');
  private readonly chosenName = signal<ThemeName | null>(themeName(this.window.localStorage.getItem(KEPT)));

  /** The theme the reader chose, null where the system's is followed. */
  readonly chosen: Signal<ThemeName | null> = this.chosenName.asReadonly();
  readonly name: Signal<ThemeName> = computed(() => this.chosenName() ?? this.systemName());
  readonly colours: Signal<Colours> = computed(() => PALETTE[this.name()]);

  constructor() {
    this.system?.addEventListener('change', (event) => this.systemName.set(event.matches ? 'light' : 'dark'));
    this.paint();
    effect(() => this.paint());
  }

  choose(name: ThemeName): void {
    this.chosenName.set(name);
    this.window.localStorage.setItem(KEPT, name);
  }

  toggle(): void {
    this.choose(this.name() === 'dark' ? 'light' : 'dark');
  }

  private paint(): void {
    const root = this.document.documentElement;
    root.dataset['theme'] = this.name();
    root.style.colorScheme = this.name();
    for (const [colour, value] of Object.entries(this.colours())) root.style.setProperty(property(colour), value);
  }
}
