import { Params, query } from './client';
import type { ReplayEnd, ReplayHello, ReplayProblem, ReplayWindow } from './schema';

export type ReplayMessage = ReplayHello | ReplayWindow | ReplayEnd | ReplayProblem;

/** What a listener of the replay hears. `broken` is a connection that ended without the server's `end` or `problem`. */
export interface Listener {
  heard(message: ReplayMessage): void;
  broken(): void;
}

/** One connection to the server's replay; another moment needs another connection. */
export class ReplaySocket {
  private readonly socket: WebSocket;
  private over = false;

  constructor(params: Params, listener: Listener) {
    const page = window.location;
    this.socket = new WebSocket(`${page.protocol === 'https:' ? 'wss' : 'ws'}://${page.host}/api/replay${query(params)}`);
    this.socket.onmessage = (event: MessageEvent<string>) => {
      if (this.over) return;
      const message = JSON.parse(event.data) as ReplayMessage;
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
