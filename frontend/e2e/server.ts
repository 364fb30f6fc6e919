import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../src/app/api/schema.ts';

export const BACKEND = join(import.meta.dirname, '../../backend');
export const UV = process.env['UV'] ?? 'uv';
export const SPYMASTER = join(BACKEND, '.venv/bin/spymaster');
const START_MS = 100_000;

/** The real server on a lake, on a free port of this machine; it can be killed and started again at the same address. */
export class Server {
  readonly lake: string;
  readonly port: number;
  private process: ChildProcess | null = null;
  private said = '';

  private constructor(lake: string, port: number) {
    this.lake = lake;
    this.port = port;
  }

  static async on(lake: string): Promise<Server> {
    const server = new Server(lake, await freePort());
    await server.start();
    return server;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const child = spawn(SPYMASTER, ['serve', '--lake', this.lake, '--port', String(this.port), '--no-open'], { cwd: BACKEND });
    this.process = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (this.said += piece.toString()));
    const deadline = Date.now() + START_MS;
    while (Date.now() < deadline && child.exitCode === null) {
      if (await this.isPrepared()) return;
      await sleep(100);
    }
    throw new Error(`spymaster serve does not answer at ${this.address}. It said:\n${this.said}`);
  }

  async get<T>(path: string): Promise<T> {
    const reply = await fetch(this.address + path);
    if (!reply.ok) throw new Error(`${path} answers ${reply.status}: ${await reply.text()}`);
    return (await reply.json()) as T;
  }

  /** Ends the server at once, as a crash would. */
  async kill(): Promise<void> {
    const child = this.process;
    this.process = null;
    if (child === null || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Whether it answers and has warmed its first answer; a lake without a day has none to warm. */
  private async isPrepared(): Promise<boolean> {
    try {
      const reply = await fetch(`${this.address}/readyz`);
      return reply.ok || ((await reply.json()) as Problem).code !== 'preparing';
    } catch {
      return false;
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      if (address === null || typeof address === 'string') return reject(new Error('no free port'));
      probe.close(() => resolve(address.port));
    });
  });
}
