import { Params, query } from './client';
import type { LiveFeed, ReplayEnd, ReplayHello, ReplayProblem, ReplayWindow } from './schema';

/** What is played: a day that is over, or one that goes on. */
export type Source = 'replay' | 'live';
export type SourceMessage = ReplayHello | ReplayWindow | LiveFeed | ReplayEnd | ReplayProblem;

/** What a listener hears. `broken` is a connection that ended without the server's `end` or `problem`. */
export interface Listener {
  heard(message: SourceMessage): void;
  broken(): void;
}

/** One connection over which the server sends a day's windows; another moment needs another connection. */
export class WindowSocket {
  private readonly socket: WebSocket;
  private over = false;

  constructor(source: Source, params: Params, listener: Listener) {
    const page = window.location;
    this.socket = new WebSocket(`${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}/api/${source}${query(params)}`);
    this.socket.onmessage = (event: MessageEvent<string>) => {
      if (this.over) return;
      const message = JSON.parse(event.data) as SourceMessage;
      if (message.type === 'end' || message.type === 'problem') this.close();
      listener.heard(message);
    };
    this.socket.onclose = () => {
      if (this.over) return;
      this.over = true;
      listener.broken();
    };
  }

  setSpeed(value: number): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ type: 'speed', value }));
  }

  close(): void {
    this.over = true;
    this.socket.close();
  }
}
