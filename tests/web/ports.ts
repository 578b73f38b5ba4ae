// Ports for servers that come back at the same one.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Linux gives none of these to a program that asks for any port. It gives one that another program has let go again at once.
Browsers refuse 10080. */
const FIRST = 11_000;
const END = 32_768;
/** A process that has bound a UDP port of this address holds the TCP port of that number, as in `tests/support/ports.rs`. */
const HELD = '127.1.1.1';

/** A port that no other test is given until this process ends, and that nothing listens on. */
export async function ownPort(): Promise<number> {
  for (let port = FIRST; port < END; port += 1) {
    const socket = createSocket('udp4');
    const listener = createServer();
    try {
      await once(socket.bind(port, HELD), 'listening');
      await once(listener.listen(port), 'listening');
    } catch {
      continue;
    } finally {
      listener.close();
    }
    socket.unref();
    return port;
  }
  throw new Error(`no port from ${FIRST} to ${END - 1} is free`);
}
