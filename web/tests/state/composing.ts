// Shares in the making, and the server that they are sent to.

import { expect, vi } from 'vitest';

import type { NewShare, ServerInfo, Share } from '../../src/lib/api/types';
import { Announcer } from '../../src/lib/state/announcer.svelte';
import type { Composer } from '../../src/lib/state/composer.svelte';
import { Composers } from '../../src/lib/state/composers';
import { Feeds } from '../../src/lib/state/feed.svelte';
import { Uploads } from '../../src/lib/state/uploads';
import { later } from './browser';
import type { Line } from './uploads';
import { userOf } from '../photos';

export interface Sent {
  space: number;
  json: NewShare;
  key: string;
  signal: AbortSignal;
  answer: ReturnType<typeof later<Share>>;
}

/** Those of one user, as after a page was loaded; `sent` gets what arrives at the server. */
export function composing(line: Line, sent: Sent[], space: number | null = 3) {
  const session = { me: userOf(1, 'ann'), server: { limits: { media_per_share: 20, text_min: 1, text_max: 2000 } } as ServerInfo, needServer: () => Promise.resolve(null) };
  const nothing = () => Promise.resolve({ rows: [], next: null });
  const feeds = new Feeds({ shares: nothing, moreShares: nothing }, session);
  const announcer = new Announcer();
  const reload = vi.fn(() => Promise.resolve());
  const toasts = { show: vi.fn((_: string) => 1) };
  const createShare = (space: number, json: NewShare, key: string, signal: AbortSignal) => {
    const answer = later<Share>();
    sent.push({ space, json, key, signal, answer });
    signal.onabort = () => answer.reject(signal.reason);
    return answer.promise;
  };
  const uploads = new Uploads(line.api, session);
  const deps = { api: { report: () => undefined, createShare }, uploads, session, feeds, spaces: { reload }, announcer, toasts, i18n: { t: ((key: string) => key) as never } };
  const composers = new Composers(deps);
  if (space !== null) composers.of(space);
  return { composers, get composer() { return composers.of(3); }, feeds, announcer, toasts, reload };
}
export const file = (name: string) => new File([name], name);
/** Until the queue is loaded, and all has arrived. */
export const arrived = async (composer: Composer) => vi.waitFor(() => expect(composer.photos.arrived).toBe(composer.photos.all.length));
