import { Signal } from '@angular/core';
import type { Router } from '@angular/router';
import { Address, Parameters, parametersOf } from './address';

/** How often at most the URL follows the cursor. */
const URL_EVERY_MS = 1000;

/** Keeps the URL at what the board shows: replaced as the cursor moves, pushed when another moment is opened. */
export class AddressBar {
  private written = '';
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly router: Router,
    private readonly parameters: Signal<Parameters>,
  ) {}

  /** Whether the URL says anything but what was written here last; the board then has to follow it. */
  isNews(address: Address): boolean {
    const text = JSON.stringify(parametersOf(address));
    if (text === this.written) return false;
    this.written = text;
    return true;
  }

  /** Writes the board's state into the URL before long. */
  follow(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.replace(this.parameters());
    }, URL_EVERY_MS);
  }

  /** Opens the board elsewhere, or another screen; Back returns to what the board shows now, where it shows a day. */
  push(path: string, there: Parameters, showsDay: boolean): void {
    const here = this.parameters();
    const onBoard = this.router.url.startsWith('/board') && showsDay;
    this.close();
    void (onBoard ? this.replace(here) : Promise.resolve()).then(() => this.router.navigate([path], { queryParams: there }));
  }

  /** Forgets what was about to be written. */
  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private async replace(parameters: Parameters): Promise<void> {
    const text = JSON.stringify(parameters);
    if (text === this.written || !this.router.url.startsWith('/board')) return;
    this.written = text;
    await this.router.navigate(['/board'], { queryParams: parameters, replaceUrl: true });
  }
}
