// What each test begins with: a server of its own, and a way to add people. At its end, no page may have violated the
// server's Content-Security-Policy or thrown an error.

import { type BrowserContext, type BrowserContextOptions, expect, test as base } from '@playwright/test';

import { BASE, takePathsBelow } from './base-path.ts';
import { Cloud } from './cloud.ts';
import { Person } from './people.ts';
import { Server } from './server.ts';

/** Where photos are kept: in the server's folder, or in S3, with two workers. */
type Place = 'folder' | 'cloud';

interface Fixtures {
  place: Place;
  /** Null where there is none. */
  cloud: Cloud | null;
  /** The path of the host below which the server is, such as `/our/spaces`. */
  basePath: string;
  server: Server;
  /** A person with a browser of their own. */
  newPerson: (login: string, options?: BrowserContextOptions) => Promise<Person>;
}

export const test = base.extend<Fixtures>({
  place: ['folder', { option: true }],
  basePath: [BASE, { option: true }],

  cloud: async ({ place }, use) => {
    const cloud = place === 'cloud' ? await Cloud.start() : null;
    await use(cloud);
    await cloud?.end();
  },

  server: async ({ cloud, basePath }, use, info) => {
    const server = await Server.start(cloud?.settings, basePath);
    if (cloud) for (let worker = 0; worker < 2; worker += 1) server.startWorker();
    await use(server);
    await server.keepLog(info);
    await server.end();
  },

  newPerson: async ({ browser, server }, use) => {
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    await use(async (login, options = {}) => {
      const context = await browser.newContext({ baseURL: server.url, ...options });
      contexts.push(context);
      takePathsBelow(context, options.baseURL ?? server.url);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(`${login}: ${error.stack ?? error.message}`));
      page.on('console', (message) => {
        if (message.text().includes('Content Security Policy')) complaints.push(`${login}: ${message.text()}`);
      });
      return new Person(page, login);
    });
    await Promise.all(contexts.map((context) => context.close()));
    expect(complaints).toEqual([]);
  },
});

export { expect };
