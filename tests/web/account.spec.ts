// What one says of oneself: the name, the picture and its part that is shown, and the end of the account.

import type { Locator } from '@playwright/test';

import { findings } from './axe.ts';
import { en } from '../../web/src/lib/i18n/faces/en.ts';
import { sentences } from '../../web/src/lib/i18n/server.en.ts';
import { expect, test } from './fixtures.ts';
import { Line } from './line.ts';
import { PASSWORD, type Person, type PhotoFile, words } from './people.ts';
import { coloursOf, heic, lying, quarters } from './pictures-of-people.ts';

// The recorder reads what couldn't be shown once more, by a request that the pages' policy forbids.
test.use({ trace: 'off' });

const button = ({ page }: Person, name: string) => page.getByRole('button', { name, exact: true });
const chooses = ({ page }: Person, file: PhotoFile) => page.locator('input[type=file]').setInputFiles(file);
const part = ({ page }: Person) => page.getByRole('application', { name: en['crop.area'] });
const own = ({ page }: Person) => page.getByRole('region', { name: en['profile.title'] }).locator('.avatar');
const uses = async (person: Person) => {
  await button(person, en['crop.save']).click();
  await expect(person.page.getByRole('dialog')).toHaveCount(0);
};
const CORNERS: [number, number][] = [[0.1, 0.1], [0.9, 0.1], [0.1, 0.9], [0.9, 0.9]];

async function registers(person: Person): Promise<void> {
  await person.page.goto('/app/register');
  await person.registers();
}

test('a name is chosen, seen by the other at once and on another device, and taken back', async ({ server, newPerson }) => {
  test.slow();
  const line = await Line.to(server.url);
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  const phone = await newPerson('Ann', { viewport: { width: 390, height: 780 }, baseURL: line.url });
  await registers(ann);
  await ann.makesSpace('Family');
  await registers(bob);
  const headers = { Origin: new URL(ann.page.url()).origin };
  await ann.page.request.post('/spaces/1/members', { data: { login: 'Bob' }, headers });
  await ann.page.request.post('/spaces/1/shares', { data: { text: 'The beginning', media: [] }, headers });
  await bob.page.goto('/app/spaces/1');
  await expect(bob.card('The beginning')).toContainText('Ann');
  await phone.page.goto('/app/sign-in');
  await phone.signsIn(PASSWORD);
  await expect(phone.row('Family')).toBeVisible();
  await phone.page.goto('/app/account');
  await ann.page.goto('/app/account');
  const name = (person: Person) => person.page.getByLabel(en['profile.name'], { exact: true });
  await expect(name(phone)).toHaveValue('');
  await name(ann).fill('Ann Miller');
  await button(ann, en['profile.save']).click();
  await expect(bob.card('The beginning')).toContainText('Ann Miller');
  await expect(name(phone)).toHaveValue('Ann Miller');
  // What one is writing stays; on a slow line it takes a while.
  line.speed = 3_000;
  await name(phone).fill('Annie');
  await button(ann, en['profile.save']).click();
  await expect(name(phone)).toHaveValue('Annie');
  await button(phone, en['profile.save']).click();
  await expect(bob.card('The beginning')).toContainText('Annie');
  await expect(name(ann)).toHaveValue('Annie');
  line.speed = Infinity;
  await phone.page.reload();
  await expect(name(phone)).toHaveValue('Annie');
  // A picture takes its time on such a line, and that is seen.
  line.speed = 4_000;
  await chooses(phone, quarters(['blue', 'blue', 'blue', 'blue']));
  await button(phone, en['crop.save']).click();
  await expect(button(phone, en['crop.save'])).toHaveAttribute('aria-disabled', 'true');
  await expect(phone.page.getByRole('dialog')).toHaveCount(0);
  for (const mark of [own(phone), own(ann), bob.card('The beginning').locator('.avatar').first()]) {
    expect(await coloursOf(mark, [[0.5, 0.5]])).toEqual(['blue']);
  }
  line.speed = Infinity;
  // What the server doesn't take, it says; nothing is lost.
  await name(phone).fill('x'.repeat(51));
  await button(phone, en['profile.save']).click();
  await expect(phone.page.getByRole('alert')).toBeVisible();
  await expect(name(phone)).toHaveValue('x'.repeat(51));
  await name(phone).fill('');
  await button(phone, en['profile.save']).click();
  await expect(bob.card('The beginning').getByRole('heading', { name: 'Ann', exact: true })).toBeVisible();
  line.end();
});

test('a picture is cut by dragging and by keys, upright, and taken away again', async ({ newPerson }) => {
  test.slow();
  const ann = await newPerson('Ann');
  await registers(ann);
  await ann.page.goto('/app/account');
  await expect(own(ann)).toHaveText('A');
  await chooses(ann, quarters(['red', 'green', 'blue', 'yellow']));
  await expect(part(ann)).toBeVisible();
  expect(await findings(ann.page, 'crop')).toEqual([]);
  await uses(ann);
  expect(await coloursOf(own(ann), CORNERS)).toEqual(['red', 'green', 'blue', 'yellow']);

  // Twice as large, with the upper left quarter dragged into the middle.
  await chooses(ann, quarters(['red', 'green', 'blue', 'yellow']));
  await ann.page.getByLabel(en['crop.zoom']).fill('2');
  const box = await part(ann).boundingBox();
  if (!box) throw new Error('there is nothing to drag');
  await ann.page.mouse.move(box.x + 20, box.y + 20);
  await ann.page.mouse.down();
  await ann.page.mouse.move(box.x + box.width * 2, box.y + box.height * 2, { steps: 5 });
  await ann.page.mouse.up();
  await uses(ann);
  expect(await coloursOf(own(ann), CORNERS)).toEqual(['red', 'red', 'red', 'red']);

  // The same by keys alone, to the other end.
  await chooses(ann, quarters(['red', 'green', 'blue', 'yellow']));
  await part(ann).focus();
  for (const key of ['+', 'ArrowRight', 'ArrowDown']) for (let times = 0; times < 25; times++) await ann.page.keyboard.press(key);
  await uses(ann);
  expect(await coloursOf(own(ann), CORNERS)).toEqual(['yellow', 'yellow', 'yellow', 'yellow']);

  await chooses(ann, await lying(ann.page));
  await uses(ann);
  expect(await coloursOf(own(ann), CORNERS)).toEqual(['red', 'red', 'blue', 'blue']);
  await ann.page.reload();
  expect(await coloursOf(own(ann), CORNERS)).toEqual(['red', 'red', 'blue', 'blue']);
  expect(await findings(ann.page, 'account')).toEqual([]);
  await button(ann, en['picture.remove']).click();
  await expect(own(ann).locator('img')).toHaveCount(0);
  await expect(button(ann, en['picture.remove'])).toHaveCount(0);
});

test('what this browser cannot show is sent as it is, and what is no picture is not sent', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 390, height: 780 }, hasTouch: true, colorScheme: 'dark' });
  await registers(ann);
  await ann.page.goto('/app/account');
  await chooses(ann, { name: 'words.txt', mimeType: 'text/plain', buffer: Buffer.from('No picture') });
  await expect(ann.page.getByText(en['picture.unreadable'])).toBeVisible();
  await expect(ann.page.getByRole('dialog')).toHaveCount(0);
  await chooses(ann, heic);
  await expect(ann.page.getByText(en['crop.unseen'])).toBeVisible();
  const sent = ann.page.waitForRequest(/\/me\/avatar/);
  await button(ann, en['crop.save']).click();
  expect((await (await sent).allHeaders())['content-length']).toBe(String(heic.buffer.length));
  // This server can't read it either, and says so where one is.
  await expect(ann.page.getByRole('dialog').getByRole('alert')).toBeVisible();
  await button(ann, words('ui.cancel')).click();
  await chooses(ann, quarters(['red', 'red', 'red', 'red']));
  await expect(part(ann)).toBeVisible();
  expect(await findings(ann.page, 'crop on a phone')).toEqual([]);
  // Two fingers enlarge it, and the first one alone moves it.
  const box = await part(ann).boundingBox();
  const [x, y] = [(box?.x ?? 0) + 150, (box?.y ?? 0) + 150];
  const touch = await ann.page.context().newCDPSession(ann.page);
  const fingers = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...at: number[]) =>
    touch.send('Input.dispatchTouchEvent', { type, touchPoints: at.map((off, id) => ({ x: x + off, y, id })) });
  await fingers('touchStart', -20, 20);
  await fingers('touchMove', -60, 60);
  await fingers('touchEnd');
  await expect.poll(async () => Number(await ann.page.getByLabel(en['crop.zoom']).inputValue())).toBeGreaterThan(2);
  const image = part(ann).locator('img');
  const before = await image.boundingBox();
  await fingers('touchStart', 0);
  await fingers('touchMove', 30);
  await fingers('touchEnd');
  await expect.poll(async () => (await image.boundingBox())?.x).toBeGreaterThan((before?.x ?? 0) + 20);
  await ann.page.context().setOffline(true);
  await button(ann, en['crop.save']).click();
  await expect(ann.page.getByRole('dialog').getByRole('alert')).toBeVisible();
  await ann.page.context().setOffline(false);
  await uses(ann);
  expect(await coloursOf(own(ann), [[0.5, 0.5]])).toEqual(['red']);
});

test('an admin gives a space a picture, which all see at once; others are not offered it', async ({ newPerson }) => {
  test.slow();
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  await registers(ann);
  await ann.makesSpace('Family');
  await registers(bob);
  await ann.page.request.post('/spaces/1/members', { data: { login: 'Bob' }, headers: { Origin: new URL(ann.page.url()).origin } });
  await bob.page.goto('/app/spaces/1/settings');
  await expect(bob.button('members.leave_short')).toBeVisible();
  await expect(bob.page.getByRole('region', { name: en['picture.title'] })).toHaveCount(0);
  await bob.page.goto('/app/spaces/1');
  await expect(bob.page.getByRole('heading', { level: 1, name: 'Family' })).toBeVisible();
  await ann.page.goto('/app/spaces/1/settings');
  await chooses(ann, quarters(['green', 'green', 'green', 'green']));
  await uses(ann);
  for (const mark of [bob.page.locator('.head .mark'), bob.page.getByRole('navigation').locator('.mark'), ann.page.locator('.head .mark')]) {
    expect(await coloursOf(mark, [[0.5, 0.5]])).toEqual(['green']);
  }
  expect(await findings(ann.page, 'settings')).toEqual([]);
  await bob.page.goto('/app/');
  expect(await coloursOf(bob.row('Family').locator('.mark'), [[0.5, 0.5]])).toEqual(['green']);
  await button(ann, en['picture.remove']).click();
  await expect(bob.row('Family').locator('.mark img')).toHaveCount(0);
});

test('language and time zone are kept for all devices, which show them at once', async ({ newPerson }) => {
  const [ann, phone] = [await newPerson('Ann'), await newPerson('Ann')];
  await registers(ann);
  await phone.page.goto('/app/sign-in');
  await phone.signsIn(PASSWORD);
  await expect(phone.page.getByRole('heading', { name: words('home.title') })).toBeVisible();
  await phone.page.goto('/app/account');
  await ann.page.goto('/app/account');
  const said = ann.page.locator('[aria-live]').filter({ hasText: en['profile.saved'] });
  const messages = ann.page.getByRole('region', { name: en['mail.title'] });
  await messages.getByRole('radio', { name: 'Deutsch' }).check({ force: true });
  await expect(said).toHaveCount(1);
  await messages.getByLabel(en['mail.zone']).selectOption('Europe/Vienna');
  await expect.poll(async () => (await ann.page.request.get('/me')).json()).toMatchObject({ language: 'de', time_zone: 'Europe/Vienna' });
  await ann.page.reload();
  for (const { page } of [ann, phone]) {
    const there = page.getByRole('region', { name: en['mail.title'] });
    await expect(there.getByRole('radio', { name: 'Deutsch' })).toBeChecked();
    await expect(there.getByLabel(en['mail.zone'])).toHaveValue('Europe/Vienna');
  }
});

test('of two pictures chosen in quick succession the last one counts, however long the first takes, and both are freed', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const { page } = ann;
  await page.addInitScript(() => {
    const urls = new Set<string>();
    const [make, free] = [URL.createObjectURL.bind(URL), URL.revokeObjectURL.bind(URL)];
    URL.createObjectURL = (file) => {
      const url = make(file);
      urls.add(url);
      return url;
    };
    URL.revokeObjectURL = (url) => (urls.delete(url), free(url));
    // The first picture is opened once it is said so.
    let opened = 0;
    const first = new Promise((open) => Object.assign(window, { urls, open }));
    const decode = HTMLImageElement.prototype.decode;
    HTMLImageElement.prototype.decode = async function () {
      if ((opened += 1) === 1) await first;
      return decode.call(this);
    };
  });
  await registers(ann);
  await page.goto('/app/account');
  const kept = () => page.evaluate(() => (window as unknown as { urls: Set<string> }).urls.size);
  await chooses(ann, quarters(['red', 'red', 'red', 'red']));
  await chooses(ann, quarters(['blue', 'blue', 'blue', 'blue']));
  await expect(part(ann)).toBeVisible();
  expect(await kept()).toBe(2);
  await page.evaluate(() => (window as unknown as { open: () => void }).open());
  await expect.poll(kept).toBe(1);
  await uses(ann);
  await expect(own(ann).locator('img')).toBeVisible();
  expect(await coloursOf(own(ann), [[0.5, 0.5]])).toEqual(['blue']);
  await page.getByRole('navigation').getByRole('link').first().click();
  await expect.poll(kept).toBe(0);
});

test('quiet hours are chosen, or none, and hold on all devices', async ({ newPerson }) => {
  const [ann, phone] = [await newPerson('Ann'), await newPerson('Ann', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' })];
  await registers(ann);
  await phone.page.goto('/app/sign-in');
  await phone.signsIn(PASSWORD);
  await expect(phone.page.getByRole('heading', { name: words('home.title') })).toBeVisible();
  await ann.page.goto('/app/account');
  await phone.page.goto('/app/account');
  const messages = ({ page }: Person) => page.getByRole('region', { name: en['mail.title'] });
  const times = (person: Person) => [en['quiet.from'], en['quiet.until']].map((label) => messages(person).getByLabel(label, { exact: true }));
  const choice = (person: Person, key: 'quiet.on' | 'quiet.off') => messages(person).getByRole('radio', { name: en[key], exact: true });
  const shows = async (person: Person, ...expected: string[]) => {
    for (const [n, field] of times(person).entries()) await expect(field).toHaveValue(expected[n] ?? '');
  };
  const writes = async (person: Person, ...values: string[]) => {
    for (const [n, field] of times(person).entries()) await field.fill(values[n] ?? '');
    await button(person, en['quiet.save']).click();
  };
  const saved = (hours: object | null) =>
    expect.poll(async () => ((await (await ann.page.request.get('/me')).json()) as { quiet_hours: object | null }).quiet_hours).toEqual(hours);
  for (const person of [ann, phone]) await shows(person, '22:00', '07:00');
  expect(await findings(phone.page, 'quiet hours')).toEqual([]);
  const edge = async (part: Locator) => part.evaluate((element) => element.getBoundingClientRect().right);
  for (const field of times(phone)) expect(await edge(field)).toBeLessThan(await edge(messages(phone)));
  await writes(ann, '13:00', '15:30');
  await saved({ from: '13:00', until: '15:30' });
  // At once, also where nobody shares a space.
  await shows(phone, '13:00', '15:30');
  await phone.page.reload();
  await shows(phone, '13:00', '15:30');
  await writes(phone, '21:00', '21:00');
  await expect(phone.page.getByRole('alert')).toHaveText(String(sentences['malformed.quiet_hours']));
  await writes(phone, '21:00', '06:15');
  await saved({ from: '21:00', until: '06:15' });
  await expect(phone.page.getByRole('alert')).toHaveCount(0);
  await choice(phone, 'quiet.off').check({ force: true });
  await saved(null);
  await expect(messages(phone).getByText(en['quiet.off_hint'])).toBeVisible();
  expect(await findings(phone.page, 'no quiet hours')).toEqual([]);
  await expect(choice(ann, 'quiet.off')).toBeChecked();
  for (const field of times(ann)) await expect(field).toHaveCount(0);
  await choice(phone, 'quiet.on').check({ force: true });
  await saved({ from: '21:00', until: '06:15' });
  await shows(phone, '21:00', '06:15');
});

test('one takes everything along, and deletes the account only with the password', async ({ newPerson }) => {
  test.slow();
  const [ann, phone] = [await newPerson('Ann'), await newPerson('Ann', { viewport: { width: 390, height: 780 } })];
  await registers(ann);
  await ann.makesSpace('Family');
  await phone.page.goto('/app/sign-in');
  await phone.signsIn(PASSWORD);
  await expect(phone.row('Family')).toBeVisible();
  await ann.page.goto('/app/account');
  const download = ann.page.waitForEvent('download');
  await ann.page.getByRole('link', { name: en['own.export'] }).click();
  expect((await download).suggestedFilename()).toMatch(/\.zip$/);
  await button(ann, en['own.delete']).click();
  const dialog = ann.page.getByRole('dialog');
  expect(await findings(ann.page, 'deletion')).toEqual([]);
  await dialog.getByRole('button', { name: en['own.delete_short'] }).click();
  await expect(dialog.getByText(en['own.password_missing'])).toBeVisible();
  await dialog.getByLabel(en['own.password'], { exact: true }).fill('not this one');
  await dialog.getByRole('button', { name: en['own.delete_short'] }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel(en['own.password'], { exact: true }).fill(PASSWORD);
  await dialog.getByRole('button', { name: en['own.delete_short'] }).click();
  await expect(ann.button('door.sign_in')).toBeVisible();
  await expect(ann.page.getByText(en['own.deleted'])).toBeVisible();
  await expect(phone.button('door.sign_in')).toBeVisible();
});
