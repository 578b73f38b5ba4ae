// An event that can't be read.

import { expect, test, vi } from 'vitest';

import type { FromHub } from '../../src/lib/api/events/messages';
import { Live } from '../../src/lib/state/live.svelte';
import type { News } from '../../src/lib/state/news';
import { settle } from './browser';

test('what cannot be read may be about anything, and what comes after it is heard', async () => {
  let receive: (message: FromHub) => void = () => undefined;
  const connection = { check: vi.fn(), observe: vi.fn(), onReconnect: () => () => true };
  const live = new Live(connection, { observe: vi.fn() }, () =>
    Promise.resolve({ link: (_user, to) => ((receive = to), { retry: () => undefined, close: () => undefined }) }),
  );
  live.open(1);
  await settle();
  const heard: News[] = [];
  live.on((news) => heard.push(news));
  for (const data of ['', '{"id":', '{"id":9,"space_id":3}']) receive({ kind: 'event', event: { id: 'a-1', kind: 'share.deleted', data } });
  expect(heard).toEqual([{ kind: 'anything' }, { kind: 'anything' }, { kind: 'share.deleted', data: { id: 9, space_id: 3 } }]);
});
