// The last answers, for when there is no connection. They belong to the user whose they are, and go when that one signs out.

import { scoped } from '../dom/base';
import { read, write } from '../dom/storage';

/** An answer is kept; with `read`, it is also taken where there is no other. */
export type Kept = 'write' | 'read';

interface Answer {
  text: string;
  link: string | null;
}

/** Whose answers these are: without a connection, nobody else says it. */
const USER = 'kept.user';
const PREFIX = scoped('answers-');

/** Keeps an answer. Not where the browser keeps nothing, or the connection isn't secure. */
export async function keep(user: number | null, path: string, answer: Response, text: string): Promise<void> {
  const owner = path === '/me' ? (JSON.parse(text) as { id: number }).id : user;
  if (owner === null || !('caches' in globalThis)) return;
  try {
    if (path === '/me') write(USER, String(owner));
    const link = answer.headers.get('Link');
    const cache = await caches.open(PREFIX + owner);
    await cache.put(path, new Response(text, link === null ? {} : { headers: { Link: link } }));
  } catch {
    // Then it isn't there.
  }
}

/** The answer that was kept for a user, or for the one who was here last. */
export async function recall(user: number | null, path: string): Promise<Answer | null> {
  const owner = read(USER);
  // In another window, another user may have signed in.
  if (owner === null || owner !== String(user ?? owner) || !('caches' in globalThis)) return null;
  const answer = await (await caches.open(PREFIX + owner)).match(path);
  return answer ? { text: await answer.text(), link: answer.headers.get('Link') } : null;
}

/** Forgets an answer that its user may not have any more, and with a space, all that is in it. */
export async function forgetRefused(user: number | null, path: string): Promise<void> {
  if (user === null || !('caches' in globalThis)) return;
  const [gone = path] = /^\/spaces\/\d+/.exec(path) ?? [];
  try {
    const cache = await caches.open(PREFIX + user);
    for (const request of await cache.keys()) {
      const { pathname } = new URL(request.url);
      if (pathname === gone || pathname.startsWith(`${gone}/`)) await cache.delete(request);
    }
  } catch {
    // Then nothing is kept there.
  }
}

/** Forgets all answers and pictures. What the app itself consists of stays, and what was shared to it just now. */
export async function forgetKept(): Promise<void> {
  write(USER, null);
  if (!('caches' in globalThis)) return;
  for (const name of await caches.keys().catch(() => [])) if (name.startsWith(PREFIX) || name === scoped('pictures')) await caches.delete(name);
}
