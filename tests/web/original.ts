// The web client of the original system, as far as its server can tell: the same requests with the same headers and fields
// in the same order, and the same reading of times. It was a page of another host than the server, and is here, too.

import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Page } from '@playwright/test';

/** What the client has read. */
export interface Answer {
  status: number;
  /** A sentence, or JSON as received. */
  text: string;
}

export interface Share {
  id: number;
  text: string;
  timestamp: string;
  image_url: string | null;
  user: { id: number; login: string };
}

/** The page of the client, without any text. */
const PAGE = '<!doctype html><title>Original client</title><link rel="icon" href="data:,">';

/** The origin of that page. */
export class OriginalHost {
  private constructor(private readonly server: HttpServer) {}

  static async start(): Promise<OriginalHost> {
    const server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end(PAGE));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new OriginalHost(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  end(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A person with the page open. */
export class OriginalClient {
  constructor(
    readonly page: Page,
    private readonly api: string,
  ) {}

  /** Every request except those with a form claims to be JSON and sends a token, even without a body and without a user. */
  async send(method: string, path: string, body: unknown = null): Promise<Answer> {
    return this.page.evaluate(
      async ([url, method, body]) => {
        const headers = { 'Content-Type': 'application/json', authorization: `Bearer ${sessionStorage.getItem('access_token')}` };
        const response = await fetch(url, { method, body, headers });
        return { status: response.status, text: await response.text() };
      },
      [this.api + path, method, body === null ? null : JSON.stringify(body)] as const,
    );
  }

  async registers(login: string, password: string): Promise<Answer> {
    return this.send('POST', '/register', { login, password, 'confirm-password': password });
  }

  async signsIn(login: string, password: string): Promise<Answer> {
    const answer = await this.send('POST', '/login', { login, password });
    if (answer.status === 200) {
      const { access_token } = JSON.parse(answer.text) as { access_token: string };
      await this.page.evaluate((token) => sessionStorage.setItem('access_token', token), access_token);
    }
    return answer;
  }

  async shares(space: number, text: string, photo?: Buffer): Promise<Answer> {
    return this.sendsForm('POST', `/spaces/${space}/shares`, text, photo, photo ? 1 : 0);
  }

  /** The file is appended once if one was chosen, and once more in any case: without one, that is the word "undefined". */
  async edits(share: number, text: string, photo?: Buffer): Promise<Answer> {
    return this.sendsForm('PUT', `/shares/${share}`, text, photo, photo ? 2 : 1);
  }

  private async sendsForm(method: string, path: string, text: string, photo: Buffer | undefined, files: number): Promise<Answer> {
    return this.page.evaluate(
      async ([url, method, text, photo, files]) => {
        const bytes = photo === undefined ? undefined : Uint8Array.from(atob(photo), (letter) => letter.charCodeAt(0));
        const file = bytes && new File([bytes], 'photo.png', { type: 'image/png' });
        const body = new FormData();
        body.append('text', text);
        // The types say that this isn't a file; the client doesn't know.
        for (let count = 0; count < files; count++) body.append('file', file as unknown as string);
        const headers = { authorization: `Bearer ${sessionStorage.getItem('access_token')}` };
        const response = await fetch(url, { method, body, headers });
        return { status: response.status, text: await response.text() };
      },
      [this.api + path, method, text, photo?.toString('base64'), files] as const,
    );
  }

  async list<T>(path: string): Promise<T[]> {
    const answer = await this.send('GET', path);
    if (answer.status !== 200) throw new Error(answer.text);
    return JSON.parse(answer.text) as T[];
  }

  /** When something was shared, as the client shows it: it interprets the time as local, and shifts it by the zone. */
  async shownTime(timestamp: string): Promise<string> {
    return this.page.evaluate((timestamp) => {
      const date = new Date(timestamp);
      date.setMinutes(date.getMinutes() - date.getTimezoneOffset());
      const two = (number: number) => `${number}`.padStart(2, '0');
      return `${two(date.getDate())}/${two(date.getMonth() + 1)} ${two(date.getHours())}:${two(date.getMinutes())}`;
    }, timestamp);
  }

  /** The local time at a moment. */
  async wallTime(moment: number): Promise<string> {
    return this.page.evaluate((moment) => {
      const parts = new Intl.DateTimeFormat('en-GB', {
        day: '2-digit',
        month: '2-digit',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
      }).formatToParts(moment);
      const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
      return `${part('day')}/${part('month')} ${part('hour')}:${part('minute')}`;
    }, moment);
  }

  /** The width of a picture in the page. */
  async widthOf(url: string): Promise<number> {
    return this.page.evaluate(async (url) => {
      const picture = new Image();
      picture.src = url;
      await picture.decode();
      return picture.naturalWidth;
    }, url);
  }
}
