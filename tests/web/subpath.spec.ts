// The app of a server that is below a path of its host, next to another one below another path.

import { randomBytes } from 'node:crypto';

import { expect, test } from './fixtures.ts';
import { words } from './people.ts';
import { png } from './png.ts';

test.use({ basePath: '/our/spaces' });

test('below a path the app shares, shows and tells live what it does at the root of a host', async ({ server, newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await ann.page.goto('/');
  await ann.registers();
  await ann.makesSpace('Family');
  expect(ann.page.url()).toBe(`${server.url}/app/spaces/1`);

  await ann.page.goto('/app/spaces/1/members');
  await ann.button('invite.make').click();
  const link = await ann.page.getByRole('dialog').getByLabel(words('invite.link'), { exact: true }).inputValue();
  const invited = new URL(link);
  expect(invited.pathname).toBe('/our/spaces/app/invitation');
  await bob.page.goto(`${new URL(server.url).origin}${invited.pathname}${invited.hash}`);
  await bob.registers('Family');

  // By uploads, and live on the other screen.
  await ann.page.goto('/app/spaces/1');
  await ann.writes('At the lake');
  await ann.choosesPhoto({ name: 'one.png', mimeType: 'image/png', buffer: png(40, randomBytes) });
  await ann.shares();
  await ann.seesPhotoOf('At the lake');
  await bob.seesPhotoOf('At the lake');

  // A click within the app, its way back, a reload, and the photo in large.
  await bob.card('At the lake').getByRole('img').first().click();
  await expect(bob.page).toHaveURL(`${server.url}/app/spaces/1/photos/1/1`);
  await bob.page.reload();
  await expect(bob.page.locator('.pswp img').first()).toBeVisible();
  await bob.page.goto('/app/');
  await bob.page.getByRole('main').getByRole('link', { name: /Family/ }).click();
  await expect(bob.page).toHaveURL(`${server.url}/app/spaces/1`);
  await bob.page.goBack();
  await expect(bob.page).toHaveURL(`${server.url}/app/`);

  // Signing out and in leads back to where one was.
  await bob.page.context().clearCookies();
  await bob.page.goto('/app/spaces/1/members');
  await expect(bob.page).toHaveURL(`${server.url}/app/sign-in?to=${encodeURIComponent('/our/spaces/app/spaces/1/members')}`);
  await bob.signsIn();
  await expect(bob.page).toHaveURL(`${server.url}/app/spaces/1/members`);

  // What the browser keeps is named by the path, and the app installs from there.
  const kept = await bob.page.evaluate(async () => [...Object.keys(localStorage), ...(await indexedDB.databases()).map(({ name }) => name ?? '')]);
  expect(kept.filter((name) => !name.startsWith('/our/spaces'))).toEqual([]);
  const manifest = await bob.page.evaluate(async () => {
    const link = document.querySelector<HTMLLinkElement>('link[rel=manifest]')?.href ?? '';
    const content = (await (await fetch(link)).json()) as { start_url: string; scope: string; icons: { src: string }[] };
    const icons = await Promise.all(content.icons.map(async ({ src }) => (await fetch(new URL(src, link))).status));
    return { start: new URL(content.start_url, link).pathname, scope: new URL(content.scope, link).pathname, icons };
  });
  expect(manifest).toEqual({ start: '/our/spaces/app/', scope: '/our/spaces/app/', icons: [200, 200, 200] });
});
