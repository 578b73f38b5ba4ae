// A quota for photos and videos: what the app says of it before they are chosen, and when they don't fit.

import { randomBytes } from 'node:crypto';

import { findings } from './axe.ts';
import { expect, test as base } from './fixtures.ts';
import type { PhotoFile } from './people.ts';
import { png } from './png.ts';
import { Server } from './server.ts';

/** More than one of the photos here takes without its previews, and less than with them. */
const QUOTA = '5200';
const made = (): PhotoFile => ({ name: 'photo.png', mimeType: 'image/png', buffer: png(40, randomBytes) });

const test = base.extend({
  server: async ({ basePath }, use) => {
    const server = await Server.start({ SHARED_SPACES_QUOTAS__SPACE: QUOTA }, basePath);
    await use(server);
    await server.end();
  },
});

test('who shares is told that the quota of the space is used, before and after, and texts go on', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await ann.writes('The first photo');
  await ann.choosesPhoto(made());
  await ann.shares();
  await ann.seesPhotoOf('The first photo');
  const full = ann.text('storage.space_full', { max: '5.2 kB' });
  await expect(full).toHaveCount(0);
  // With its previews, once they are made.
  await expect
    .poll(async () => {
      const { storage } = (await (await page.request.get('/spaces/1')).json()) as { storage: { used_bytes: number } };
      return storage.used_bytes;
    })
    .toBeGreaterThan(Number(QUOTA));
  await page.reload();
  await ann.writes('Another one');
  await expect(full).toBeVisible();
  expect(await findings(page, 'full')).toEqual([]);
  await ann.choosesPhoto(made());
  await ann.shares();
  await expect(page.getByText(/There isn’t enough room for this in the space: photos and videos take .* of 5\.2 kB/)).toBeVisible();
  await page.goto('/app/spaces/1/settings');
  await expect(page.getByText(/They take .* of 5\.2 kB\./)).toBeVisible();
  await page.goto('/app/account');
  await expect(page.getByText(/They take [\d.]+ kB\./)).toBeVisible();
});
