// The installed app: its manifest, its start without a connection, and the messages that it shows while it is closed.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { CDPSession, Page } from '@playwright/test';

import { en } from '../../web/src/lib/i18n/notices/en.ts';
import { findings } from './axe.ts';
import { BASE } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import { pictures, type Person, words } from './people.ts';

const allowed = { serviceWorkers: 'allow' as const };

async function begins(ann: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  await installed(ann.page);
}

/** Waits until the service worker runs and serves the page. */
async function installed(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state ?? null), { timeout: 40_000 }).toBe('activated');
}

/** The worker of the page, as the browser's developer tools see it. */
async function registrationOf(tools: CDPSession): Promise<string> {
  const known = new Promise<string>((resolve) => {
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const found = registrations.find(({ scopeURL }) => scopeURL.endsWith('/app/'));
      if (found) resolve(found.registrationId);
    });
  });
  await tools.send('ServiceWorker.enable');
  return known;
}

test('the manifest has what an installed app needs, and all that it names is there', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await ann.page.goto('/app/');
  const link = await ann.page.locator('link[rel=manifest]').getAttribute('href');
  const manifest = (await (await ann.page.request.get(new URL(link ?? '', ann.page.url()).href)).json()) as Record<string, unknown> & { icons: { src: string; sizes: string; purpose: string }[] };
  expect(manifest).toMatchObject({ start_url: '../app/', scope: '../app/', display: 'standalone', name: 'Shared Spaces' });
  expect(manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual(['192x192 any', '512x512 any', '512x512 maskable']);
  for (const { src, sizes } of manifest.icons) {
    // As the manifest has them: from where it is itself.
    const size = await ann.page.evaluate(async (src) => {
      const image = await createImageBitmap(await (await fetch(src)).blob());
      return `${image.width}x${image.height}`;
    }, new URL(src, new URL(link ?? '', ann.page.url())).href);
    expect(size, src).toBe(sizes);
  }
});

test('without a connection the app starts, with what was read last, until one signs out', async ({ newPerson, server }) => {
  test.slow();
  const ann = await newPerson('Ann', allowed);
  await begins(ann);
  await ann.writes('At the lake');
  await ann.choosesPhoto(`${pictures}/garden.jpg`);
  await ann.shares();
  await ann.seesPhotoOf('At the lake');
  await ann.page.reload();
  await ann.seesPhotoOf('At the lake');
  await ann.page.goto('/app/');
  await expect(ann.row('Family')).toBeVisible();

  await server.kill();
  await ann.page.goto('/app/');
  await expect(ann.row('Family')).toContainText('At the lake');
  await expect(ann.page.getByText(words('connection.lost'))).toBeVisible();
  await ann.page.goto('/app/spaces/1');
  await expect(ann.card('At the lake')).toBeVisible();
  await ann.seesPhotoOf('At the lake');

  await server.run();
  await expect(ann.page.getByText(words('connection.lost'))).toHaveCount(0);
  await ann.page.goto('/app/account');
  await ann.button('account.sign_out').click();
  await expect(ann.button('door.sign_in')).toBeVisible();
  await expect.poll(() => ann.page.evaluate(async (base) => (await caches.keys()).filter((name) => !name.startsWith(`${base}app-`)), BASE)).toEqual([]);
  await server.kill();
  await ann.page.goto('/app/spaces/1');
  await expect(ann.text('start.unreachable_title')).toBeVisible();
  await expect(ann.card('At the lake')).toHaveCount(0);
});

test('a message is shown while nobody looks, one for each space, and a tap leads to what it is about', async ({ newPerson, server }) => {
  test.slow();
  const ann = await newPerson('Ann', { ...allowed, permissions: ['notifications'] });
  await begins(ann);
  const tools = await ann.page.context().newCDPSession(ann.page);
  const registrationId = await registrationOf(tools);
  const deliver = (tag: string, body: string, path: string) => {
    const notification = { title: 'Family', body, lang: 'en', tag, navigate: `${server.url}${path}`, data: { space: 1 } };
    const data = JSON.stringify({ web_push: 8030, notification, app_badge: '1' });
    return tools.send('ServiceWorker.deliverPushMessage', { origin: server.origin, registrationId, data });
  };
  const shown = () =>
    ann.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.ready;
      return (await registration.getNotifications()).map(({ title, body }) => `${title}: ${body}`);
    });
  await deliver('one', 'Bob: Look', '/app/shares/1');
  await expect.poll(shown).toEqual(['Family: Bob: Look']);
  await deliver('two', 'Cleo shared a photo', '/app/shares/2');
  await expect.poll(shown).toEqual(['Family: Cleo shared a photo\nBob: Look']);
});

test('whether this device is told of anything is said in a sentence, and the browser is asked only for a tap', async ({ newPerson }) => {
  const ann = await newPerson('Ann', allowed);
  await ann.page.addInitScript(() => {
    const ask = Notification.requestPermission.bind(Notification);
    Notification.requestPermission = () => {
      document.documentElement.dataset['asked'] = 'yes';
      return ask();
    };
  });
  await begins(ann);
  await ann.page.goto('/app/spaces/1/settings');
  await expect(ann.page.getByText(en['push.off'])).toBeVisible();
  expect(await ann.page.evaluate(() => document.documentElement.dataset['asked'])).toBeUndefined();
  await ann.page.getByRole('button', { name: en['push.turn_on'], exact: true }).click();
  expect(await ann.page.evaluate(() => document.documentElement.dataset['asked'])).toBe('yes');
});

/** Shares two photos with a text to the app, as the browser does it for another app. */
async function sharesFromElsewhere(page: Page, text: string): Promise<void> {
  const files = await Promise.all(['garden', 'tree'].map((name) => readFile(join(pictures, `${name}.jpg`), 'base64')));
  await page.evaluate(
    ({ files, text, base }) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action: `${base}/app/share-target`, enctype: 'multipart/form-data' });
      const chosen = new DataTransfer();
      for (const [at, bytes] of files.entries()) {
        const data = Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
        chosen.items.add(new File([data], `photo-${at}.jpg`, { type: 'image/jpeg' }));
      }
      const photos = Object.assign(document.createElement('input'), { type: 'file', name: 'files', multiple: true });
      photos.files = chosen.files;
      form.append(photos, Object.assign(document.createElement('input'), { name: 'text', value: text }));
      document.body.append(form);
      form.submit();
    },
    { files, text, base: BASE },
  );
  await expect(page.getByText(text)).toBeVisible();
}

test('several files that are shared from elsewhere are in the composer of the space that one chooses', async ({ newPerson }) => {
  test.slow();
  const ann = await newPerson('Ann', allowed);
  await begins(ann);
  await sharesFromElsewhere(ann.page, 'From the gallery');
  expect(await findings(ann.page, 'share target')).toEqual([]);
  await ann.page.getByRole('button', { name: /^Family/ }).click();
  await expect(ann.field('composer.prompt')).toHaveValue('From the gallery');
  await expect(ann.page.locator('[data-medium]')).toHaveCount(2);
  await ann.shares();
  await ann.seesPhotoOf('From the gallery');
  await ann.page.goto('/app/share-target');
  await expect(ann.page.getByRole('heading', { name: en['target.empty_title'] })).toBeVisible();
});

test('what is shared from elsewhere stays out of a share that is on its way, and goes to its space afterwards', async ({ newPerson, server }) => {
  test.slow();
  const ann = await newPerson('Ann', allowed);
  await begins(ann);
  await ann.page.goto('/app/spaces/1');
  await ann.writes('From the train');
  await server.kill();
  await ann.shares();
  await expect(ann.text('composer.waiting')).toBeVisible();
  await ann.page.goto('about:blank');
  await ann.page.goto('/app/');
  await sharesFromElsewhere(ann.page, 'From the gallery');
  const family = ann.page.getByRole('button', { name: /^Family/ });
  await family.click();
  await expect(ann.page.getByText(en['target.busy'].replaceAll('{space}', 'Family'))).toBeVisible();
  expect(await findings(ann.page, 'share target while something is on its way')).toEqual([]);
  await server.run();
  await expect(ann.page.getByText(en['target.busy'].replaceAll('{space}', 'Family'))).toHaveCount(0);
  await family.click();
  await expect(ann.field('composer.prompt')).toHaveValue('From the gallery');
  await expect(ann.page.locator('[data-medium]')).toHaveCount(2);
  await expect(ann.card('From the train')).toBeVisible();
  await expect(ann.card('From the train').getByRole('img')).toHaveCount(0);
});
