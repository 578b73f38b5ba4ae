// The app without a connection: its page and its files, kept for each version as a whole, and small pictures that were seen.

import { base, scoped, withoutBase } from '../lib/dom/base';
import { type Extendable, type FetchEvent, on, type Scope } from './scope';

/** The page of the app, whatever its address. */
const PAGE = `${base}/app/`;
/** A server that doesn't answer within this time, in milliseconds, is taken for gone: the page is there without it. */
const TIMEOUT = 4_000;
const PICTURES = scoped('pictures');
const MAX_PICTURES = 200;
/** What a proxy says of a server that is restarted. */
const RESTARTING = [502, 503, 504];

export interface Version {
  /** Changes with any of the files. */
  name: string;
  /** The paths of all files. */
  files: readonly string[];
}

export function keepShell(scope: Scope, version: Version): void {
  const name = scoped(`app-${version.name}`);
  on<Extendable>(scope, 'install', (event) => event.waitUntil(install(scope, name, version.files)));
  on<Extendable>(scope, 'activate', (event) => event.waitUntil(activate(scope, name)));
  on<FetchEvent>(scope, 'fetch', (event) => {
    const answer = answerTo(scope, event, name);
    if (answer) event.respondWith(answer);
  });
}

/** All or nothing: the page and its files are of one version. */
async function install(scope: Scope, name: string, files: readonly string[]): Promise<void> {
  const cache = await caches.open(name);
  await cache.addAll([new Request(PAGE, { cache: 'reload' }), ...files.map((path) => base + path)]);
  // Pages are read from the server as long as it is there, so that none is of another version than it should be.
  await scope.skipWaiting();
}

/** Windows of the version before may be open yet, and load its files. Those of older versions go. */
async function activate(scope: Scope, name: string): Promise<void> {
  const versions = (await caches.keys()).filter((each) => each.startsWith(scoped('app-')) && each !== name);
  for (const old of versions.slice(0, -1)) await caches.delete(old);
  await scope.clients.claim();
}

function answerTo(scope: Scope, event: FetchEvent, name: string): Promise<Response> | null {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.location.origin) return null;
  if (request.mode === 'navigate') return url.pathname.startsWith(PAGE) ? page(request, name) : null;
  if (url.pathname.startsWith(`${base}/assets/`)) return file(request);
  if (request.destination === 'image' && /^\/(photos\/[^/]+\/(small|large|poster)|avatars\/[^/]+)$/.test(withoutBase(url.pathname))) return picture(event, url.pathname);
  return null;
}

/** As the server has it; without one, as it was kept. */
async function page(request: Request, name: string): Promise<Response> {
  const kept = async () => (await caches.open(name)).match(PAGE);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, TIMEOUT));
  const asked = fetch(request).catch(() => undefined);
  const first = await Promise.race([asked, late]);
  if (first && !RESTARTING.includes(first.status)) return first;
  return (await kept()) ?? first ?? (await asked) ?? Response.error();
}

/** Its name says what is in it. */
async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/** By its name without the signature, which is another one each time. Who may not see it any more gets it no more. */
async function picture(event: FetchEvent, path: string): Promise<Response> {
  // Once its user has signed out, this isn't the one any more in which pictures are looked for.
  const pictures = caches.open(PICTURES);
  pictures.catch(() => undefined);
  try {
    const answer = await fetch(event.request);
    if (answer.ok && answer.type === 'basic') event.waitUntil(keep(pictures, path, answer.clone()));
    return answer;
  } catch (error) {
    const kept = await (await caches.open(PICTURES)).match(path);
    if (kept) return kept;
    throw error;
  }
}

/** Keeps a picture; the oldest go. */
async function keep(pictures: Promise<Cache>, path: string, picture: Response): Promise<void> {
  const cache = await pictures;
  await cache.put(path, picture);
  const known = await cache.keys();
  for (const old of known.slice(0, -MAX_PICTURES)) await cache.delete(old);
}
