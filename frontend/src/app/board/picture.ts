import { Injectable, inject } from '@angular/core';
import { LakeDays } from '../api/lake-days';
import { newYork } from '../ui/new-york';
import { pngOf } from '../ui/png';
import { Notices } from './notices';
import { Replay } from './replay';

/** The board as a PNG that says of itself what it shows. */
@Injectable({ providedIn: 'root' })
export class Picture {
  private readonly replay = inject(Replay);
  private readonly lake = inject(LakeDays);
  private readonly notices = inject(Notices);

  /** The board as it stands, without the controls at its foot, under a line of what it is. */
  take(): Promise<Blob> {
    const board = document.querySelector<HTMLElement>('sp-board');
    if (board === null) throw new Error('The board is not shown.');
    const controls = board.querySelector<HTMLElement>('sp-transport');
    return pngOf(board, this.line(), controls === null ? 0 : board.offsetHeight - controls.offsetTop + board.offsetTop);
  }

  /** Hands the picture to the browser as a file. */
  async save(): Promise<void> {
    this.notices.mention('The picture is being taken');
    try {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await this.take());
      link.download = `${this.place().replaceAll(/[ :]+/g, '-')}.png`;
      link.click();
      URL.revokeObjectURL(link.href);
      this.notices.mention(`Saved ${link.download}`);
    } catch (error) {
      this.notices.fail(error, () => void this.save());
    }
  }

  private place(): string {
    return `${this.replay.symbol()} ${this.replay.date()} ${newYork(this.replay.cursorS())}`;
  }

  private line(): string {
    const list = this.lake.list();
    const lake = list === null ? [] : [`lake ${list.lake} ${list.lake_version.slice(0, 8)}`];
    const synthetic = this.replay.synthetic() ? ['SYNTHETIC DATA'] : [];
    return [`${this.place()} New York`, this.replay.live.showing(), ...synthetic, ...lake, 'Spymaster'].join(' · ');
  }
}
