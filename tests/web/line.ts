// A connection between the browser and the server that can be slow and can break.

import { type AddressInfo, type Server as Listener, type Socket, connect, createServer } from 'node:net';

export class Line {
  /** How many bytes per second reach the server, on all connections together. */
  speed = Infinity;
  /** When what has been sent so far is through, in milliseconds. */
  #free = 0;
  #whole = true;
  #sockets = new Set<Socket>();
  #listener: Listener;

  private constructor(
    target: number,
    private readonly basePath: string,
  ) {
    this.#listener = createServer((near) => {
      if (!this.#whole) {
        near.destroy();
        return;
      }
      const far = connect(target, '127.0.0.1');
      near.on('data', (bytes) => {
        far.write(bytes);
        near.pause();
        const now = performance.now();
        this.#free = Math.max(now, this.#free) + (bytes.length / this.speed) * 1000;
        setTimeout(() => near.resume(), this.#free - now);
      });
      far.pipe(near);
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy());
        one.on('close', () => {
          this.#sockets.delete(one);
          other.destroy();
        });
      }
    });
  }

  /** A connection to the server at this URL. */
  static async to(url: string): Promise<Line> {
    const { port, pathname } = new URL(url);
    const line = new Line(Number(port), pathname.replace(/\/$/, ''));
    await new Promise<void>((listening) => line.#listener.listen(0, '127.0.0.1', listening));
    return line;
  }

  get url(): string {
    return `http://localhost:${(this.#listener.address() as AddressInfo).port}${this.basePath}`;
  }

  break(): void {
    this.#whole = false;
    this.#free = 0;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend(): void {
    this.#whole = true;
  }

  end(): void {
    this.break();
    this.#listener.close();
  }
}
