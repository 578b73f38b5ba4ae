// Opens a page and waits until it has read what it shows. The browser's own idea of a quiet network counts the stream of events,
// and the worker that reads it, which never end.

import { expect, type Page, type Request } from '@playwright/test';

const ENDLESS = /\/(events(\?|$)|assets\/worker-)/;
const QUIET_MS = 500;

export async function opens(page: Page, path: string): Promise<void> {
  const pending = new Set<Request>();
  let since = Date.now();
  const begun = (request: Request) => {
    if (!ENDLESS.test(request.url())) pending.add(request);
    since = Date.now();
  };
  const ended = (request: Request) => {
    pending.delete(request);
    since = Date.now();
  };
  page.on('request', begun).on('requestfinished', ended).on('requestfailed', ended);
  await page.goto(path);
  await expect.poll(() => pending.size === 0 && Date.now() - since > QUIET_MS, { intervals: [QUIET_MS, 50] }).toBe(true);
  page.off('request', begun).off('requestfinished', ended).off('requestfailed', ended);
}
