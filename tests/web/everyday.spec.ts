// What people do every day with the app, and what can go wrong: each problem is explained in a sentence.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { de } from '../../web/src/lib/i18n/de.ts';
import { BASE, sendOn } from './base-path.ts';
import { expect, test } from './fixtures.ts';
import { type Person, words } from './people.ts';
import { png } from './png.ts';

const photo = (side = 40) => ({ name: 'one.png', mimeType: 'image/png', buffer: png(side, randomBytes) });

async function settles(ann: Person): Promise<void> {
  await ann.page.goto('/app/register');
  await ann.registers();
  await ann.makesSpace('Family');
}

test('one character is enough, a photo needs none, and the button shows it beforehand', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await settles(ann);
  const share = ann.page.getByRole('button', { name: /^Share with / });
  await ann.field('composer.prompt').click();
  await expect(share).toHaveAttribute('aria-disabled', 'true');
  await ann.writes('👍');
  await expect(share).not.toHaveAttribute('aria-disabled');
  await ann.shares();
  await expect(ann.card('👍')).toBeVisible();
  await ann.choosesPhoto(photo());
  await expect(share).not.toHaveAttribute('aria-disabled');
  await ann.shares();
  await expect(ann.page.getByRole('article')).toHaveCount(2);
  await expect(ann.page.getByRole('article').first().getByRole('img')).toBeVisible();
  // A text can be added to it, and removed again.
  await ann.page.getByRole('button', { name: words('share.actions', { name: 'Ann' }) }).first().click();
  await ann.page.getByRole('menuitem', { name: words('share.edit') }).click();
  await ann.field('share.text').fill('x');
  await ann.button('share.save').click();
  await expect(ann.page.getByRole('article').first().locator('.text')).toHaveText('x');
});

test('a file that is changed after it was chosen, of another kind, empty, or one too many is refused with a reason', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await settles(ann);
  const folder = await mkdtemp(join(tmpdir(), 'photos-'));
  const file = join(folder, 'holiday.png');
  await writeFile(file, photo().buffer);
  await ann.writes('From the disk');
  await ann.page.context().setOffline(true);
  await ann.choosesPhoto(file);
  await ann.shares();
  await rm(folder, { recursive: true });
  await ann.page.context().setOffline(false);
  await expect(ann.page.getByRole('alert').filter({ hasText: words('composer.file_gone') })).toBeVisible();
  await expect(ann.text('upload.held')).toBeVisible();
  await expect(ann.page.getByRole('article')).toHaveCount(0);
  await expect(ann.field('composer.prompt')).toHaveValue('From the disk');

  const drop = (files: { name: string; type: string; bytes: number[] }[]) =>
    ann.page.evaluate((files) => {
      const data = new DataTransfer();
      for (const { name, type, bytes } of files) data.items.add(new File([new Uint8Array(bytes)], name, { type }));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
    }, files);
  await drop([{ name: 'letter.pdf', type: 'application/pdf', bytes: [37, 80, 68, 70] }]);
  await expect(ann.text('composer.wrong_type')).toBeVisible();
  await drop([{ name: 'none.jpg', type: 'image/jpeg', bytes: [] }]);
  await expect(ann.text('composer.file_empty')).toBeVisible();
  // The type that the browser reports is wrong, and doesn't matter.
  const bytes = [...photo().buffer];
  await drop(Array.from({ length: 25 }, (_, at) => ({ name: `${at}.bin`, type: at === 0 ? 'image/x-unknown' : '', bytes })));
  await expect(ann.text('composer.too_many_photos', { n: 5, max: 20 })).toBeVisible();
  await expect(ann.page.locator('[data-medium]')).toHaveCount(20);
  await ann.shares();
  await ann.seesPhotoOf('From the disk');

  // Its header declares more pixels than could be decoded.
  const giant = png(1, (length) => Buffer.alloc(length));
  giant.writeUInt32BE(60_000, 16);
  giant.writeUInt32BE(60_000, 20);
  await drop([{ name: 'giant.png', type: 'image/png', bytes: [...giant] }]);
  await expect(ann.text('composer.too_many_pixels', { size: '3,600', max: '64' })).toBeVisible();
});

test('the back button closes an overlay, and a link that was just created is not lost', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await settles(ann);
  await ann.button('space.more', { space: 'Family' }).click();
  await expect(ann.page.getByRole('menu')).toBeVisible();
  await ann.page.goBack();
  await expect(ann.page.getByRole('menu')).toHaveCount(0);
  await expect(ann.page.getByRole('heading', { level: 1, name: 'Family' })).toBeVisible();

  await ann.chooses(words('space.more', { space: 'Family' }), 'space.members');
  await ann.button('invite.make').click();
  const link = ann.page.getByRole('dialog').getByLabel(words('invite.link'), { exact: true });
  const made = await link.inputValue();
  await ann.page.goBack();
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  await ann.button('invite.show_again').click();
  await expect(link).toHaveValue(made);
  await ann.button('ui.close').first().click();
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  // Closed by its button, it leaves no step in the history.
  await ann.page.goBack();
  await expect(ann.page.getByRole('heading', { level: 1, name: 'Family' })).toBeVisible();
});

test('an admin who removes a member can revoke the links by which they could come back', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await settles(ann);
  await bob.page.goto('/app/register');
  await bob.registers();
  await ann.page.goto('/app/spaces/1/members');
  await ann.field('door.login').fill('Bob');
  await ann.button('members.add').click();
  await expect(ann.page.getByRole('main').getByText('Bob', { exact: true }).first()).toBeVisible();
  await ann.button('invite.make').click();
  await ann.button('ui.close').first().click();
  const links = ann.page.getByRole('list', { name: words('invite.list') });
  await expect(links.getByRole('listitem')).toHaveCount(1);

  // Bob has it on several screens, in German.
  await bob.page.evaluate((base) => localStorage.setItem(`${base}language`, 'de'), BASE);
  expect((await ann.page.request.post('/spaces/1/shares', { data: { text: 'At the lake', media: [] }, headers: { Origin: new URL(ann.page.url()).origin } })).ok()).toBe(true);
  const screens = await Promise.all(['/app/spaces/1', '/app/shares/1', '/app/spaces/1/members'].map(async (path) => {
    const page = await bob.page.context().newPage();
    await page.goto(path);
    return page;
  }));
  await bob.page.goto('/app/');
  for (const page of screens) await expect(page.getByRole('main').getByText('Ann', { exact: true }).first()).toBeVisible();
  await expect(bob.row('Family')).toBeVisible();

  // A note that has come at the lower edge is below the menu, and not above its entry.
  await expect(ann.page.locator('.toast')).toBeVisible();
  await ann.page.getByRole('button', { name: words('members.actions', { name: 'Bob' }), exact: true }).click();
  const remove = ann.page.getByRole('menuitem', { name: words('members.remove', { space: 'Family' }), exact: true });
  const [entry, note] = [await remove.boundingBox(), await ann.page.locator('.toast').boundingBox()];
  expect(entry && note && entry.y + entry.height > note.y).toBe(true);
  await expect.poll(() => remove.evaluate((entry) => {
    const { left, top, width, height } = entry.getBoundingClientRect();
    return entry.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  })).toBe(true);
  await remove.click();
  await ann.page.getByRole('checkbox', { name: words('members.end_links', { space: 'Family' }) }).check();
  await ann.page.getByRole('dialog').getByRole('button', { name: words('members.remove_short') }).click();
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  await expect(ann.page.getByRole('main').getByText('Bob', { exact: true })).toHaveCount(0);
  // By itself, each of them says so, or doesn't show it any more.
  await expect(bob.row('Family')).toHaveCount(0);
  for (const page of screens) {
    await expect(page.getByRole('heading', { name: de['space.left_title'].replace('{space}', 'Family') })).toBeVisible();
    await expect(page.getByText('At the lake')).toHaveCount(0);
  }
  const left = (await (await ann.page.request.get('/spaces/1/invitations')).json()) as unknown[];
  expect(left).toEqual([]);
  await expect(links).toHaveCount(0);
});

test('a text that is selected beyond the edge of a dialog leaves that open, and a tap outside closes it', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 1280, height: 800 } });
  const { page } = ann;
  await page.goto('/app/register');
  await ann.registers();
  await ann.button('home.new').first().click();
  const name = ann.field('home.new_name');
  await name.fill('The whole family');
  const box = await name.boundingBox();
  if (!box) throw new Error('the field has no place');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x - 200, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  expect(await page.evaluate(() => String(getSelection()))).toBe('The whole family');
  await expect(name).toHaveValue('The whole family');
  await page.mouse.click(box.x - 200, box.y);
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('a card that cannot be rendered says so, and all others are shown', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await settles(ann);
  for (const text of ['One', 'Two', 'Three']) {
    await ann.writes(text);
    await ann.shares();
    await expect(ann.card(text)).toBeVisible();
  }
  await ann.page.route('**/spaces/1/shares?*', async (route) => {
    const response = await sendOn(route);
    const shares = (await response.json()) as { text: string; timestamp: string }[];
    for (const share of shares) if (share.text === 'Two') share.timestamp = 'no time at all';
    await route.fulfill({ response, json: shares });
  });
  await ann.page.reload();
  await expect(ann.card('Three')).toBeVisible();
  await expect(ann.card('One')).toBeVisible();
  await expect(ann.text('ui.undrawn')).toBeVisible();
});

test('in the oldest supported browsers, everything is there', async ({ newPerson, server }) => {
  const ann = await newPerson('Ann');
  // What is newer than Safari 16.4, Chrome 111 and Firefox 115, or missing in one of them.
  await ann.page.addInitScript(() => {
    const without = (owner: unknown, ...names: string[]) => {
      for (const name of names) delete (owner as Record<string, unknown>)[name];
    };
    without(URL, 'canParse', 'parse');
    without(Promise, 'withResolvers', 'try');
    without(Object, 'groupBy');
    without(Map, 'groupBy');
    without(Array, 'fromAsync');
    without(Array.prototype, 'toSorted', 'toReversed', 'toSpliced', 'with');
    without(String.prototype, 'isWellFormed', 'toWellFormed');
    without(Set.prototype, 'union', 'intersection', 'difference', 'isSubsetOf', 'isSupersetOf', 'symmetricDifference', 'isDisjointFrom');
    without(AbortSignal, 'any');
    without(Intl, 'Segmenter', 'DurationFormat');
    without(Uint8Array, 'fromBase64', 'fromHex');
    without(Uint8Array.prototype, 'toBase64', 'toHex');
    without(Response.prototype, 'bytes');
    without(Blob.prototype, 'bytes');
    without(Document.prototype, 'startViewTransition', 'caretPositionFromPoint');
    without(Element.prototype, 'checkVisibility', 'moveBefore', 'setHTMLUnsafe', 'getHTML');
    without(HTMLElement.prototype, 'showPopover', 'hidePopover', 'togglePopover', 'popover');
    without(Math, 'sumPrecise', 'f16round');
    without(Error, 'isError');
    without(RegExp, 'escape');
    without(globalThis, 'navigation', 'scheduler', 'requestIdleCallback', 'Iterator', 'CloseWatcher', 'URLPattern', 'Float16Array', 'SuppressedError', 'DisposableStack');
  });
  await settles(ann);
  await ann.writes('See https://example.org/roses and more');
  await ann.choosesPhoto(photo(900));
  await ann.shares();
  await ann.seesPhotoOf('See https://');
  await expect(ann.page.getByRole('link', { name: 'https://example.org/roses' })).toBeVisible();
  await ann.link('space.photos').first().click();
  await ann.page.getByRole('main').getByRole('link', { name: /Photo by Ann/ }).click();
  await expect(ann.page.locator('.pswp img').first()).toBeVisible();
  await expect(ann.page.getByRole('dialog').getByText('See https://example.org/roses')).toBeVisible();
  await ann.page.goBack();
  await ann.page.goto('/app/account');
  await expect(ann.text('account.this_device')).toBeVisible();
  await ann.page.goto('/app/spaces/1/members');
  await expect(ann.button('invite.make')).toBeVisible();

  // Nor do the styles need anything newer.
  const page = await (await ann.page.request.get('/app/')).text();
  const styles = [...page.matchAll(/href="([^"]+\.css)"/g)].map((found) => found[1] ?? '');
  expect(styles.length).toBeGreaterThan(0);
  for (const style of styles) {
    const text = await (await ann.page.request.get(new URL(style, `${server.url}/app/`).href)).text();
    expect(text).not.toMatch(/light-dark\(|:has\(|@scope|@starting-style|@layer [^{]*\{[^}]*&/);
  }
});

test('sentences are in the language of the page, also where the server or a proxy refuses', async ({ newPerson }) => {
  const bernd = await newPerson('Bernd', { locale: 'de-DE' });
  await bernd.page.goto('/app/register');
  const form = bernd.page.locator('form');
  await form.locator('input[name="login"]').fill('Аnn');
  for (const field of await form.locator('input[type="password"]').all()) await field.fill('correct horse');
  await form.locator('button[type="submit"]').click();
  await expect(bernd.page.getByRole('alert')).toHaveText(/keine Buchstaben verschiedener Schriften/);
  // As from nginx, in front of a server that accepts more.
  await bernd.page.route('**/register', (route) =>
    route.fulfill({ status: 413, contentType: 'text/html', body: '<html><h1>413 Request Entity Too Large</h1></html>' }),
  );
  await form.locator('button[type="submit"]').click();
  await expect(bernd.page.getByRole('alert')).toHaveText(/zu groß für den Server/);
});
