// The web client of the original system with our server, with the one setting for it: everything works as before.

import { randomBytes } from 'node:crypto';

import { expect, test as base } from '@playwright/test';

import { OriginalClient, OriginalHost, type Share } from './original.ts';
import { png } from './png.ts';
import { Server } from './server.ts';

const PASSWORD = 'abc';

interface Fixtures {
  host: OriginalHost;
  server: Server;
  client: OriginalClient;
}

const test = base.extend<Fixtures>({
  host: async ({}, use) => {
    const host = await OriginalHost.start();
    await use(host);
    host.end();
  },
  server: async ({ host }, use) => {
    const server = await Server.start({
      SHARED_SPACES_COMPATIBILITY__ORIGINAL_CLIENTS: 'true',
      SHARED_SPACES_CORS_ORIGINS: `["${host.url}"]`,
    });
    await use(server);
    await server.end();
  },
  client: async ({ page, host, server }, use) => {
    await page.goto(host.url);
    await use(new OriginalClient(page, server.url));
  },
});

for (const timezoneId of ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata']) {
  test.describe(timezoneId, () => {
    test.use({ timezoneId });

    test('the times of shares are those of the wall', async ({ client }) => {
      await client.registers('ann', PASSWORD);
      await client.signsIn('ann', PASSWORD);
      await client.send('POST', '/spaces', { name: 'Family' });
      const made = JSON.parse((await client.shares(1, 'Hello')).text) as Share;
      const [listed] = await client.list<Share>('/spaces/1/shares');
      const one = JSON.parse((await client.send('GET', `/shares/${made.id}`)).text) as Share;
      for (const share of [made, listed, one]) {
        expect(share?.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
        const moment = Date.parse(`${share?.timestamp}Z`);
        // No two zones are closer to each other.
        expect(Math.abs(moment - Date.now())).toBeLessThan(10 * 60_000);
        // On an ordinary day: where clocks change, the client itself is an hour or two wrong.
        const ordinary = `2026-01-15${share?.timestamp.slice(10)}`;
        expect(await client.shownTime(ordinary)).toBe(await client.wallTime(Date.parse(`${ordinary}Z`)));
      }
    });
  });
}

test('everything that the client does is answered as it was by the original', async ({ client, server }) => {
  const ok = (text: string) => ({ status: 200, text });
  const refused = (text: string) => ({ status: 400, text });
  // Without a session, the client sends an invalid token.
  expect(await client.registers('jo', PASSWORD)).toEqual(refused('Login min 3 characters'));
  expect(await client.registers('a'.repeat(16), PASSWORD)).toEqual(refused('Login max 15 characters'));
  expect(await client.registers('ann', 'ab')).toEqual(refused('Password min 3 characters'));
  for (const login of ['ann', 'bob', 'a'.repeat(15)]) expect((await client.registers(login, PASSWORD)).status).toBe(200);
  expect(await client.registers('ann', PASSWORD)).toEqual(refused('User already exists'));
  expect(await client.signsIn('ann', 'wrong')).toEqual({ status: 401, text: 'Wrong login and/or password' });
  expect((await client.signsIn('ann', PASSWORD)).status).toBe(200);

  expect(await client.send('POST', '/spaces', { name: 'xx' })).toEqual(refused('Name min 3 characters'));
  expect(await client.send('POST', '/spaces', { name: 'x'.repeat(16) })).toEqual(refused('Name max 15 characters'));
  expect(await client.send('POST', '/spaces', { name: 'Family' })).toEqual(ok('{"id":1,"name":"Family"}'));
  expect(await client.send('PUT', '/spaces/1', { 'new-name': 'Friends' })).toEqual(ok('Space renamed'));
  expect(await client.list('/spaces')).toMatchObject([{ space: { id: 1, name: 'Friends' }, is_admin: true }]);
  expect(JSON.parse((await client.send('GET', '/spaces/1')).text)).toMatchObject({ id: 1, name: 'Friends' });

  expect(await client.send('POST', '/spaces/1/members', { login: 'bob' })).toEqual(ok('Member added'));
  expect(await client.send('PUT', '/spaces/1/members/2', { 'is-admin': true })).toEqual(ok('Admin permission changed'));
  const members = await client.list<{ user: { login: string }; is_admin: boolean }>('/spaces/1/members');
  expect(members).toMatchObject([
    { user: { id: 1, login: 'ann' }, is_admin: true },
    { user: { id: 2, login: 'bob' }, is_admin: true },
  ]);
  expect(await client.send('DELETE', '/spaces/1/members/2')).toEqual(ok('Member deleted'));

  const [small, wide] = [png(24, randomBytes), png(48, randomBytes)];
  expect(await client.shares(1, 'ok')).toEqual(refused('Text min 3 characters'));
  expect(await client.shares(1, '', small)).toEqual(refused('Text min 3 characters'));
  expect(await client.shares(1, 'x'.repeat(201))).toEqual(refused('Text max 200 characters'));
  const words = JSON.parse((await client.shares(1, 'Only words')).text) as Share;
  expect(words).toMatchObject({ text: 'Only words', image_url: null, user: { id: 1, login: 'ann' }, space: { id: 1, name: 'Friends' } });
  const seen = JSON.parse((await client.shares(1, 'A photo', small)).text) as Share;
  expect(await client.widthOf(seen.image_url ?? '')).toBe(24);

  // Without a new file, the word "undefined" is sent instead; with one, it is sent twice.
  const sent: string[] = [];
  client.page.on('request', (request) => sent.push(request.postData() ?? ''));
  expect(await client.edits(seen.id, 'Other words')).toEqual(ok('Share edited'));
  expect(sent.at(-1)?.match(/name="file"\r\n\r\nundefined/g)).toHaveLength(1);
  expect(await client.edits(words.id, 'With a photo', wide)).toEqual(ok('Share edited'));
  expect(await client.edits(seen.id, 'no')).toEqual(refused('Text min 3 characters'));
  const shares = await client.list<Share>('/spaces/1/shares');
  expect(shares.map((share) => share.text)).toEqual(['Other words', 'With a photo']);
  const widths = shares.map((share) => client.widthOf(share.image_url ?? ''));
  expect(await Promise.all(widths)).toEqual([24, 48]);
  const images = await client.list<{ image_url: string }>('/spaces/1/images');
  expect(await Promise.all(images.map((image) => client.widthOf(image.image_url)))).toEqual([48, 24]);

  expect(await client.send('DELETE', `/shares/${words.id}`)).toEqual(ok('Share deleted'));
  expect(await client.send('DELETE', `/shares/${words.id}`)).toEqual({ status: 404, text: 'No such share' });
  const change = { 'old-password': PASSWORD, 'new-password': 'other', 'confirm-password': 'other' };
  expect(await client.send('PUT', '/change-password', change)).toEqual(ok('Password changed'));
  expect(await client.send('DELETE', '/spaces/1/members/1')).toEqual(refused("Can't leave space when you're an admin"));
  expect(await client.send('DELETE', '/spaces/1')).toEqual(ok('Space deleted'));
  expect(await client.send('DELETE', '/logout')).toEqual(ok('Logged out'));
  expect(await client.send('GET', '/spaces')).toEqual({ status: 401, text: "You aren't authorized" });
  expect(server.log).not.toContain('ERROR');
});
