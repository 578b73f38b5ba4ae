// A session with a stub of the API, for tests.

import { vi } from 'vitest';

import type { Me, ServerInfo } from '../../src/lib/api/types';
import { match } from '../../src/lib/state/routes';
import { Session } from '../../src/lib/state/session.svelte';
import { userOf } from '../photos';

export const meOf = (id: number, login: string): Me => ({ ...userOf(id, login), email: null, unconfirmed_email: null, email_refused: null, digest: 'weekly', language: null, time_zone: null, quiet_hours: { from: '22:00', until: '07:00' }, unread_notices: 0, storage: { used_bytes: 0, max_bytes: null }, is_operator: false });

/** A session at an address, with a stub server. */
export function sessionAt(url: string) {
  const went: string[] = [];
  const router = {
    url,
    get route() {
      return match(router.url.split('?')[0] ?? '');
    },
    go: (path: string) => {
      went.push(path);
      router.url = path;
    },
  };
  const api = {
    me: vi.fn(() => Promise.resolve(meOf(1, 'ann'))),
    signIn: vi.fn(() => Promise.resolve()),
    signOut: vi.fn(() => Promise.resolve({ data: undefined, next: null })),
    server: vi.fn(() => Promise.resolve({ needs_first_account: false } as ServerInfo)),
    actAs: vi.fn(),
  };
  const session = new Session(api as never, router);
  return { session, api, router, went };
}
