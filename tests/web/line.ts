// A connection between the browser and the server that can be slow and can break.

import { type AddressInfo, type Server as Listener, type Socket, connect, createServer } from 'node:net';

export class Line {
  /** How many bytes per second reach the server. */
  speed = Infinity;
  #whole = true;
  #sockets = new Set<Socket>();
  #listener: Listener;

  private constructor(target: number) {
    this.#listener = createServer((near) => {
      if (!this.#whole) {
        near.destroy();
        return;
      }
      const far = connect(target, '127.0.0.1');
      near.on('data', (bytes) => {
        far.write(bytes);
        near.pause();
        setTimeout(() => near.resume(), (bytes.length / this.speed) * 1000);
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
    const line = new Line(Number(new URL(url).port));
    await new Promise<void>((listening) => line.#listener.listen(0, '127.0.0.1', listening));
    return line;
  }

  get url(): string {
    return `http://localhost:${(this.#listener.address() as AddressInfo).port}`;
  }

  break(): void {
    this.#whole = false;
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
