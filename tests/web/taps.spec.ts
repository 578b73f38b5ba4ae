// A tap on a notification of the installed app leads to what it is about, whether or not a window is open.

import type { CDPSession, Page, Worker } from '@playwright/test';

import { en } from '../../web/src/lib/i18n/talk/en.ts';
import { BASE } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import { Person } from './people.ts';

const options = { serviceWorkers: 'allow' as const, permissions: ['notifications'] };

/** As much of a service worker's surroundings as is used here. */
interface Scope extends EventTarget {
  registration: ServiceWorkerRegistration;
  clients: { openWindow: (url: string) => Promise<unknown> };
  opened?: string[];
}

/** Ann has a space with two shares, and the service worker that shows messages. */
async function begins(ann: Person): Promise<{ worker: Worker; tools: CDPSession; registrationId: string }> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
  const headers = { Origin: new URL(ann.page.url()).origin };
  for (const text of ['By the lake', 'In the garden']) {
    expect((await ann.page.request.post('/spaces/1/shares', { data: { text, media: [] }, headers })).ok()).toBe(true);
  }
  await expect.poll(() => ann.page.evaluate(() => navigator.serviceWorker.controller?.state ?? null), { timeout: 40_000 }).toBe('activated');
  const tools = await ann.page.context().newCDPSession(ann.page);
  const known = new Promise<string>((resolve) => {
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const found = registrations.find(({ scopeURL }) => scopeURL.endsWith('/app/'));
      if (found) resolve(found.registrationId);
    });
  });
  await tools.send('ServiceWorker.enable');
  const [worker] = ann.page.context().serviceWorkers();
  if (!worker) throw new Error('there is no service worker');
  return { worker, tools, registrationId: await known };
}

/** A message arrives, as from the push service. */
async function deliver(url: string, { worker, tools, registrationId }: Awaited<ReturnType<typeof begins>>, path: string): Promise<void> {
  const notification = { title: 'Family', body: 'Bob: Look', lang: 'en', tag: path, navigate: `${url}${path}`, data: { space: 1 } };
  await tools.send('ServiceWorker.deliverPushMessage', { origin: new URL(url).origin, registrationId, data: JSON.stringify({ web_push: 8030, notification }) });
  const shown = () => worker.evaluate(async () => (await (self as unknown as Scope).registration.getNotifications()).length);
  await expect.poll(shown).toBe(1);
}

/** Taps the notification that is shown, as the system does it. What the worker opens then is returned: only a finger may open windows. */
const tap = (worker: Worker) =>
  worker.evaluate(async () => {
    const scope = self as unknown as Scope;
    const opened: string[] = [];
    scope.clients.openWindow = (url) => Promise.resolve(void opened.push(url));
    const [notification] = await scope.registration.getNotifications();
    const work: Promise<unknown>[] = [];
    const event = Object.assign(new Event('notificationclick'), { notification, waitUntil: (each: Promise<unknown>) => work.push(each) });
    scope.dispatchEvent(event);
    await Promise.all(work);
    return { opened, left: (await scope.registration.getNotifications()).length };
  });

test('with a window open, it goes to what the notification is about, and keeps what is written in it', async ({ newPerson, server }) => {
  test.slow();
  const ann = await newPerson('Ann', options);
  const app = await begins(ann);
  await ann.page.goto('/app/spaces/1');
  const garden = ann.card('In the garden');
  await garden.getByRole('button', { name: en['comment.write'], exact: true }).click();
  await garden.getByLabel(en['comment.label']).fill('Half a thought');
  await ann.page.evaluate(() => Object.assign(window, { isTheSame: true }));
  await deliver(server.url, app, '/app/shares/1');
  expect(await tap(app.worker)).toEqual({ opened: [], left: 0 });
  await expect(ann.page).toHaveURL(/\/app\/shares\/1$/);
  await expect(ann.card('By the lake')).toBeVisible();
  await expect(ann.card('In the garden')).toHaveCount(0);
  // It wasn't loaded again, and the way back leads to what was being written.
  expect(await ann.page.evaluate(() => 'isTheSame' in window)).toBe(true);
  expect(ann.page.context().pages()).toHaveLength(1);
  await ann.page.goBack();
  await expect(garden.getByLabel(en['comment.label'])).toHaveValue('Half a thought');
});

test('a window at the page for signing in is led there, and shows it once its user is signed in', async ({ newPerson, server }) => {
  test.slow();
  const ann = await newPerson('Ann', options);
  const app = await begins(ann);
  await ann.page.goto('/app/spaces/1');
  await deliver(server.url, app, '/app/shares/1');
  expect((await ann.page.request.delete('/logout', { headers: { Origin: server.origin } })).ok()).toBe(true);
  await ann.page.goto('/app/');
  await expect(ann.button('door.sign_in')).toBeVisible();
  expect(await tap(app.worker)).toEqual({ opened: [], left: 0 });
  await expect(ann.page).toHaveURL(/\/app\/sign-in\?to=.*shares%2F1$/);
  await ann.signsIn();
  await expect(ann.card('By the lake')).toBeVisible();
});

test('with none open, a new one shows it, also without a connection', async ({ newPerson, server }) => {
  test.slow();
  const ann = await newPerson('Ann', options);
  const app = await begins(ann);
  // It was seen before.
  await ann.page.goto('/app/shares/1');
  await expect(ann.card('By the lake')).toBeVisible();
  await deliver(server.url, app, '/app/shares/1');
  const context = ann.page.context();
  await ann.page.close();
  const { opened, left } = await tap(app.worker);
  expect([opened, left]).toEqual([[`${BASE}/app/shares/1`], 0]);
  const show = async (): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(server.origin + (opened[0] ?? ''));
    await expect(new Person(page, 'Ann').card('By the lake')).toBeVisible();
    return page;
  };
  await (await show()).close();
  await server.kill();
  await show();
});
