import { Injectable, inject } from '@angular/core';
import { Client } from '../api/client';
import { Fetched } from '../api/fetched';
import type { Journal as Kept, JournalEntry } from '../api/schema';
import { Replay } from './replay';

/** Moments of the board that the reader keeps in the lake. */
@Injectable({ providedIn: 'root' })
export class Journal {
  private readonly client = inject(Client);
  private readonly replay = inject(Replay);
  private readonly list = new Fetched<Kept>();
  readonly state = this.list.state;
  /** What was kept, newest first; null until it is fetched. */
  readonly kept = this.list.value;

  fetch(): void {
    this.list.fetch((stop) => this.client.get<Kept>('journal', {}, stop));
  }

  /** Keeps the moment at the cursor; the server says itself what was known then. */
  async keep(note: string, picture: Blob): Promise<JournalEntry> {
    return this.client.post<JournalEntry>('journal', {
      symbol: this.replay.symbol(),
      level: this.replay.level(),
      approach_dir: this.replay.approachDir(),
      as_of_s: this.replay.cursorS(),
      note,
      picture: await base64(picture),
    });
  }

  /** Shows the moment of an entry on the board. */
  open({ symbol, session_date, at_s, level_id, approach_dir }: JournalEntry): void {
    this.replay.open(symbol, session_date, at_s, level_id, approach_dir);
  }
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

/** Bytes handed over at a time; a call takes no more arguments than some ten thousand. */
const PIECE = 8192;
