// A mail server in miniature: it takes every mail by SMTP (RFC 5321), without encryption, and keeps it.

import { type AddressInfo, type Server as Listener, type Socket, createServer } from 'node:net';

import { BASE } from './base-path.ts';

export class MailServer {
  /** All mails, as they came. */
  readonly mails: { to: string; text: string }[] = [];
  #sockets = new Set<Socket>();

  private constructor(private readonly listener: Listener) {}

  static async start(): Promise<MailServer> {
    const listener = createServer();
    const server = new MailServer(listener);
    listener.on('connection', (socket) => server.#converse(socket));
    await new Promise<void>((listening) => listener.listen(0, '127.0.0.1', listening));
    return server;
  }

  /** The settings of a server that sends by this one, as environment. */
  get settings(): Record<string, string> {
    return {
      // Links in mails begin with it. The port isn't known yet: one takes the path of a link.
      SHARED_SPACES_PUBLIC_URL: `http://localhost${BASE}`,
      SHARED_SPACES_MAIL__HOST: '127.0.0.1',
      SHARED_SPACES_MAIL__PORT: String((this.listener.address() as AddressInfo).port),
      SHARED_SPACES_MAIL__TLS: 'none',
      SHARED_SPACES_MAIL__FROM: 'Shared Spaces <spaces@example.org>',
    };
  }

  /** The path of the link with this in it, from the last mail to an address; null if none has come. */
  linkTo(address: string, part: string): string | null {
    const links = this.mails.filter(({ to }) => to === address).flatMap(({ text }) => text.match(/http:\/\/localhost\/[\w/.?=#%-]+/g) ?? []);
    const link = links.filter((each) => each.includes(part)).at(-1);
    return link?.slice('http://localhost'.length) ?? null;
  }

  #converse(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const say = (line: string) => socket.write(`${line}\r\n`);
    let unread = '';
    let to = '';
    let data: string[] | null = null;
    const hear = (line: string) => {
      if (data !== null) {
        if (line !== '.') return void data.push(line.startsWith('..') ? line.slice(1) : line);
        this.mails.push({ to, text: decoded(data.join('\n')) });
        data = null;
        return say('250 OK');
      }
      const [, recipient] = /^RCPT TO:<(.*?)>/i.exec(line) ?? [];
      if (recipient !== undefined) to = recipient;
      if (/^DATA/i.test(line)) {
        data = [];
        return say('354 Go on');
      }
      if (!/^QUIT/i.test(line)) return say('250 OK');
      say('221 Bye');
      socket.end();
    };
    say('220 localhost ESMTP');
    socket.on('data', (bytes) => {
      const lines = (unread + bytes.toString('latin1')).split('\r\n');
      unread = lines.pop() ?? '';
      lines.forEach(hear);
    });
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.listener.close();
  }
}

/** What quoted-printable has made of a text (RFC 2045). */
const decoded = (text: string) =>
  text.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
