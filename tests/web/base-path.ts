// Journeys name what is on the server by its path there; wherever on its host the server is, that is what they get.

import type { BrowserContext, Page, Route } from '@playwright/test';

/** The path of the host below which servers are, unless a journey says otherwise. */
export const BASE = process.env['BASE_PATH'] ?? '';

/** The host of servers that are below a path, in links: their ports aren't known when they start. */
const PUBLIC = 'http://localhost/';

/** The path of an address on its server. */
export function pathOf(url: string | URL): string {
  const { pathname } = new URL(url);
  return pathname.startsWith(`${BASE}/`) ? pathname.slice(BASE.length) : pathname;
}

/** A path at the server; and a link that it made, which is at its public address, where nothing is here. */
function here(path: string, url: string): string {
  if (path.startsWith('/')) return url + path;
  return path.startsWith(PUBLIC) ? `${new URL(url).origin}/${path.slice(PUBLIC.length)}` : path;
}

type Options = Parameters<BrowserContext['request']['fetch']>[1];

/** What names its page says too, as browsers do, that this is of the same site: where it sends mail, the server's public address has no port here. */
const asOfPage = (options: Options): Options =>
  options?.headers?.['Origin'] === undefined ? options : { ...options, headers: { ...options.headers, 'Sec-Fetch-Site': 'same-origin' } };

/** Pages and requests of a browser take paths on the server at `url`. */
export function takePathsBelow(context: BrowserContext, url: string): void {
  const absolute = <T>(path: T) => (typeof path === 'string' ? here(path, url) : path) as T;
  const newPage = context.newPage.bind(context);
  context.newPage = async () => {
    const page: Page = await newPage();
    const goto = page.goto.bind(page);
    page.goto = (path, options) => goto(absolute(path), options);
    return page;
  };
  const { request } = context;
  for (const method of ['get', 'post', 'put', 'patch', 'delete', 'head', 'fetch'] as const) {
    const send = request[method].bind(request) as typeof request.fetch;
    request[method] = ((path, options) => send(absolute(path), asOfPage(options))) as typeof request.fetch;
  }
}

/** Sends what a page sends, as its browser does: what is taken from it on its way doesn't say any more that it is of the same site. */
export const sendOn = (route: Route) => route.fetch({ headers: { ...route.request().headers(), 'sec-fetch-site': 'same-origin' } });
