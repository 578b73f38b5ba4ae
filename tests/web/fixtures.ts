// What each test begins with: a server of its own, and a way to add people. At its end, no page may have violated the
// server's Content-Security-Policy or thrown an error.

import { type BrowserContext, type BrowserContextOptions, expect, test as base } from '@playwright/test';

import { Person } from './people.ts';
import { Server } from './server.ts';

interface Fixtures {
  server: Server;
  /** A person with a browser of their own. */
  newPerson: (login: string, options?: BrowserContextOptions) => Promise<Person>;
}

export const test = base.extend<Fixtures>({
  server: async ({}, use, info) => {
    const server = await Server.start();
    await use(server);
    if (info.status !== info.expectedStatus) await info.attach('server.log', { body: server.log });
    await server.end();
  },

  newPerson: async ({ browser, server }, use) => {
    const contexts: BrowserContext[] = [];
    const complaints: string[] = [];
    await use(async (login, options = {}) => {
      const context = await browser.newContext({ baseURL: server.url, ...options });
      contexts.push(context);
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
