import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Sending } from '../../src/lib/api/tus';
import { keepDraft, places } from '../../src/lib/forms/drafts';
import { FromElsewhere } from '../../src/lib/state/from-elsewhere.svelte';
import { shareOf } from '../photos';
import { browser, settle } from './browser';
import { composing, file, type Sent } from './composing';
import { Locks } from './locks';
import { Line } from './uploads';

const wire = vi.hoisted(() => ({ send: (_: unknown): Promise<void> => Promise.resolve() }));
vi.mock('../../src/lib/api/tus', async (original) => ({
  ...(await original<typeof import('../../src/lib/api/tus')>()),
  sendFile: (sending: Sending) => wire.send(sending),
}));
vi.mock('../../src/lib/photos/choosing', () => ({
  look: (file: File) => Promise.resolve({ file, name: file.name, url: `blob:${file.name}`, width: 4, height: 3, shrunk: false }),
}));
/** What the browser keeps of what was shared from elsewhere. */
const kept = vi.hoisted(() => ({ shared: { text: '', files: [] as File[], lost: 0 }, isForgotten: false }));
vi.mock('../../src/lib/dom/shared-files', () => ({
  readShared: () => Promise.resolve(kept.shared),
  forgetShared: () => Promise.resolve(void (kept.isForgotten = true)),
}));

let sent: Sent[];
let line: Line;
beforeEach(() => {
  browser();
  sent = [];
  line = new Line();
  wire.send = line.send as typeof wire.send;
  Object.assign(kept, { shared: { text: 'From the gallery', files: [file('a'), file('b')] }, isForgotten: false });
});
afterEach(() => void vi.restoreAllMocks().unstubAllGlobals());

async function made(space: number | null = 3) {
  const app = composing(line, sent, space);
  const go = vi.fn();
  const elsewhere = new FromElsewhere({ composers: app.composers, router: { go } });
  await elsewhere.read();
  return { app, elsewhere, go };
}
const namesIn = ({ composer }: ReturnType<typeof composing>) => composer.photos.all.map(({ name }) => name);

test('it comes behind what was being written in the space that is chosen, once', async () => {
  const { app, elsewhere, go } = await made();
  app.composer.write('By the lake');
  await Promise.all([elsewhere.put(3), elsewhere.put(3)]);
  expect([app.composer.text, namesIn(app)]).toEqual(['By the lake\nFrom the gallery', ['a', 'b']]);
  expect([go.mock.calls.length, kept.isForgotten, elsewhere.busy]).toEqual([1, true, null]);
});

test('to what is on its way nothing is added: that is said, and it can be put there afterwards', async () => {
  const { app, elsewhere, go } = await made();
  app.composer.write('By the lake');
  const sending = app.composer.send();
  await settle();
  await elsewhere.put(3);
  expect([app.composer.text, namesIn(app), go.mock.calls.length, kept.isForgotten]).toEqual(['By the lake', [], 0, false]);
  expect(elsewhere.busy).toBe(3);
  sent[0]?.answer.resolve(shareOf(9));
  await sending;
  expect([sent[0]?.json.text, elsewhere.busy]).toEqual(['By the lake', null]);
  await elsewhere.put(3);
  expect([app.composer.text, namesIn(app), go.mock.calls.length, kept.isForgotten]).toEqual(['From the gallery', ['a', 'b'], 1, true]);
});

test('what was sent off before the page was reloaded is on its way too', async () => {
  // Which window has it is known a moment after.
  const { request, query } = new Locks();
  const slow: typeof request = async (...args) => settle().then(() => request(...args));
  vi.stubGlobal('navigator', { languages: ['en'], locks: { request: slow, query } });
  // The answer hasn't come, and it may have arrived.
  keepDraft(1, places.newShare(3), 'By the lake');
  keepDraft(1, places.key(3), 'key');
  const { app, elsewhere } = await made(null);
  await elsewhere.put(3);
  expect([elsewhere.busy, app.composer.state, app.composer.text]).toEqual([3, 'checking', 'By the lake']);
});
