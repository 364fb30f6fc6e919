import { Injectable, Signal, signal } from '@angular/core';

/** The panels shown as tables instead of pictures, by the names that the URL gives them. */
@Injectable({ providedIn: 'root' })
export class PanelTables {
  private readonly names = signal<string[]>([]);
  readonly shown: Signal<string[]> = this.names.asReadonly();

  show(names: string[]): void {
    this.names.set(names);
  }

  /** Shows a panel as a table, or as a picture again. */
  toggle(name: string): void {
    this.names.update((shown) => (shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name]));
  }
}
