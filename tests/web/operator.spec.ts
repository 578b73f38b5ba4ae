// The page of those who run the server: people, spaces, backups, what was done; several of them at once; and those who don't.

import { de } from '../../web/src/lib/i18n/de.ts';
import { findings } from './axe.ts';
import { pathOf } from './base-path.ts';
import { expect } from './fixtures.ts';
import { accepts, firstOperator, Operating, test, told } from './operator.ts';
import { PASSWORD, words } from './people.ts';
import { opens } from './quiet.ts';

/** As each is called in its own. */
const languages = { en: 'English', de: 'Deutsch' } as const;
const NEW_PASSWORD = 'better horse';

test('an operator invites, resets a password, ends sessions, disables and enables, and the log has it all', async ({ newPerson }) => {
  test.slow();
  const [ann, bob, phone] = [await newPerson('Ann'), await newPerson('Bob'), await newPerson('Bob', { viewport: { width: 390, height: 844 } })];
  const operating = await firstOperator(ann);

  await ann.button('invite.make').click();
  await accepts(bob, await operating.takesLink());
  await ann.page.reload();
  const row = operating.row('people', 'Bob');
  await expect(row).toBeVisible();
  await expect(operating.row('people', 'Ann')).toContainText(told('people.operator'));

  // The link sets the password, once; whoever was signed in is not any more.
  await operating.chooses(row, 'people.reset_link');
  await phone.page.goto(await operating.takesLink());
  await phone.field('account.password_new').fill(NEW_PASSWORD);
  await phone.field('register.confirm').fill(NEW_PASSWORD);
  await phone.button('reset.submit').click();
  await expect(phone.text('reset.done')).toBeVisible();
  await phone.link('door.sign_in').click();
  await phone.signsIn(NEW_PASSWORD);
  await expect(phone.page.getByRole('heading', { name: words('home.title') })).toBeVisible();
  await expect(bob.button('door.sign_in')).toBeVisible();

  // A session is ended, and its screen shows that at once.
  await operating.chooses(row, 'people.sessions');
  await expect(operating.dialog.getByRole('listitem')).toHaveCount(1);
  expect(await findings(ann.page, 'sessions')).toEqual([]);
  await operating.dialog.getByRole('listitem').getByRole('button').click();
  await expect(operating.dialog.getByText(told('sessions.none', { name: 'Bob' }))).toBeVisible();
  await operating.closes();
  await expect(phone.button('door.sign_in')).toBeVisible();

  // Disabled, he is out on every screen, and doesn't get in.
  await bob.signsIn(NEW_PASSWORD);
  await expect(bob.page.getByRole('heading', { name: words('home.title') })).toBeVisible();
  await operating.chooses(row, 'people.disable');
  expect(await findings(ann.page, 'disabling')).toEqual([]);
  await operating.inDialog('disable.action').click();
  await expect(operating.dialog).toHaveCount(0);
  await expect(row).toContainText(told('people.disabled'));
  await expect(bob.button('door.sign_in')).toBeVisible();
  await bob.signsIn(NEW_PASSWORD);
  await expect(bob.page.getByRole('alert')).toBeVisible();
  await operating.chooses(row, 'people.enable');
  await expect(row).not.toContainText(told('people.disabled'));
  await bob.signsIn(NEW_PASSWORD);
  await expect(bob.page.getByRole('heading', { name: words('home.title') })).toBeVisible();

  await operating.opens('log');
  const said = ['invitation_made', 'reset_link_made', 'sessions_ended', 'account_disabled', 'account_enabled'] as const;
  for (const action of said) await expect(ann.page.getByText(told(`did.${action}`, { who: 'Ann', about: 'Bob' }), { exact: true })).toBeVisible();
});

test('an operator sets quotas, transfers a space and removes it and its owner, and never sees what is in it', async ({ newPerson }) => {
  test.slow();
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  const operating = await firstOperator(ann);
  await ann.button('invite.make').click();
  await accepts(bob, await operating.takesLink());
  await bob.makesSpace('Book club');
  await bob.writes('Nobody else is to read this');
  await bob.shares();
  await expect(bob.card('Nobody else is to read this')).toBeVisible();

  await ann.page.reload();
  const person = operating.row('people', 'Bob');
  await operating.chooses(person, 'people.quota');
  await operating.dialog.getByText(told('quota.own'), { exact: true }).click();
  await operating.dialog.getByLabel(told('quota.size'), { exact: true }).fill('much');
  await operating.inDialog('quota.save').click();
  await expect(operating.dialog.getByText(told('quota.wrong'))).toBeVisible();
  expect(await findings(ann.page, 'quota')).toEqual([]);
  await operating.dialog.getByLabel(told('quota.size'), { exact: true }).fill('2.5');
  await operating.inDialog('quota.save').click();
  await expect(person).toContainText('of 2.5 GB');
  await bob.page.goto('/app/account');
  await expect(bob.page.getByText(/ of 2\.5 GB/)).toBeVisible();

  await operating.opens('spaces');
  const space = operating.row('spaces', 'Book club');
  await operating.chooses(space, 'people.quota');
  await operating.dialog.getByText(told('quota.own'), { exact: true }).click();
  await operating.dialog.getByLabel(told('quota.size'), { exact: true }).fill('7');
  await operating.inDialog('quota.save').click();
  await expect(space).toContainText('of 7 GB');
  await operating.chooses(space, 'spaces.show');
  await expect(operating.dialog.getByRole('listitem').filter({ hasText: 'Bob' })).toContainText(words('members.admin'));
  await expect(ann.page.getByText('Nobody else is to read this')).toHaveCount(0);
  expect(await findings(ann.page, 'a space')).toEqual([]);
  await operating.closes();

  await operating.chooses(space, 'spaces.transfer');
  await operating.dialog.getByLabel(told('transfer.login'), { exact: true }).fill('Nobody');
  await operating.inDialog('transfer.action').click();
  await expect(operating.dialog.getByRole('alert')).toContainText('Nobody');
  await operating.dialog.getByLabel(told('transfer.login'), { exact: true }).fill('Ann');
  await operating.inDialog('transfer.action').click();
  await expect(operating.dialog).toHaveCount(0);
  await operating.chooses(space, 'spaces.show');
  await expect(operating.dialog.getByRole('listitem').filter({ hasText: 'Ann' })).toContainText(words('members.admin'));
  await expect(operating.dialog.getByRole('listitem').filter({ hasText: 'Bob' })).not.toContainText(words('members.admin'));
  await operating.closes();

  // What is final takes one's own password.
  await operating.chooses(space, 'spaces.remove');
  await operating.inDialog('remove.action').click();
  await expect(operating.dialog.getByText(told('password.missing'))).toBeVisible();
  await operating.dialog.getByLabel(told('password'), { exact: true }).fill('not this one');
  await operating.inDialog('remove.action').click();
  await expect(operating.dialog.getByRole('alert')).toBeVisible();
  expect(await findings(ann.page, 'removal')).toEqual([]);
  await operating.dialog.getByLabel(told('password'), { exact: true }).fill(PASSWORD);
  await operating.inDialog('remove.action').click();
  await expect(space).toHaveCount(0);

  await operating.opens('people');
  await operating.chooses(person, 'people.remove');
  await operating.dialog.getByLabel(told('password'), { exact: true }).fill(PASSWORD);
  await operating.inDialog('remove.action').click();
  await expect(person).toHaveCount(0);
  await expect(bob.button('door.sign_in')).toBeVisible();

  await operating.opens('log');
  for (const sentence of [
    told('did.user_quota_changed', { who: 'Ann', about: 'Bob', detail: '2.5 GB' }),
    told('did.space_quota_changed', { who: 'Ann', about: 'Book club', detail: '7 GB' }),
    told('did.space_removed', { who: 'Ann', about: 'Book club' }),
    told('did.account_removed', { who: 'Ann', about: 'Bob' }),
  ]) {
    await expect(ann.page.getByText(sentence, { exact: true })).toBeVisible();
  }
});

test('a backup is run and verified, and its archive is there', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const operating = await firstOperator(ann);
  await operating.opens('backups');
  await expect(ann.page.getByText(told('backups.archives_none'))).toBeVisible();
  await operating.button('backups.run').click();
  const archives = ann.page.getByRole('list', { name: told('backups.archives') }).getByRole('listitem');
  await expect(archives).toHaveCount(1);
  await expect(ann.page.getByText(told('backups.running_backup'))).toHaveCount(0);
  await operating.button('backups.verify').click();
  await expect(ann.page.getByText(told('backups.running_verification'))).toHaveCount(0);
  await expect(ann.page.getByText(told('backups.never'))).toHaveCount(0);
  await operating.opens('log');
  for (const action of ['backup_started', 'verification_started'] as const) {
    await expect(ann.page.getByText(told(`did.${action}`, { who: 'Ann' }), { exact: true })).toBeVisible();
  }
});

test('what the checks have found is said in the language of the reader', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  await firstOperator(ann);
  const found = { en: 'The database is intact', de: 'Die Datenbank ist unversehrt' };
  await opens(ann.page, '/app/operator/health');
  await expect(ann.page.getByText(found.en, { exact: true })).toBeVisible();
  await ann.page.goto('/app/account');
  await ann.page.getByRole('group', { name: words('language.label'), exact: true }).getByRole('radio', { name: languages.de }).check({ force: true });
  await expect(ann.page.locator('html')).toHaveAttribute('lang', 'de');
  await opens(ann.page, '/app/operator/health');
  await expect(ann.page.getByText(found.de, { exact: true })).toBeVisible();
  await expect(ann.page.getByText(/^Die Einstellungen sind gültig: Fotos sind im Datenordner, /)).toBeVisible();
  // Nothing is left in another language.
  await expect(ann.page.locator('main [lang=en]')).toHaveCount(0);
});

test('photos that failed are listed with the reason, and tried again', async ({ newPerson }) => {
  const ann = await newPerson('Ann');
  const operating = await firstOperator(ann);
  // A photo fails after many attempts, over hours.
  const why = { attempts: 5, failed_at: '2026-05-17T09:30:00Z', error: 'The photo store is full', sent_at: null };
  const failed = [{ photo: '1-34.jpg', ...why }, { photo: '1-35.jpg', ...why }];
  await ann.page.route('**/operator/photos', (route) =>
    route.fulfill({ json: { queued: 0, oldest_queued_seconds: null, photos: failed, foreign: [], remaining: 0, without_previews: [] } }),
  );
  const asked: unknown[] = [];
  await ann.page.route('**/operator/photos/retry', (route) => {
    asked.push(route.request().postDataJSON());
    failed.shift();
    return route.fulfill({ json: { retried: 1 } });
  });
  await operating.opens('photos');
  const rows = ann.page.getByRole('list', { name: told('photos.failed_title') }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText('The photo store is full');
  expect(await findings(ann.page, 'failed photos')).toEqual([]);
  await operating.button('photos.retry_of', { photo: '1-34.jpg' }).click();
  await expect(rows).toHaveCount(1);
  await operating.button('photos.retry_all').click();
  await expect(ann.page.getByText(told('photos.none_title'))).toBeVisible();
  expect(asked).toEqual([{ photos: ['1-34.jpg'] }, {}]);
});

test('a list that cannot be read says so, and is read when one asks again', async ({ newPerson }) => {
  const ann = await newPerson('Ann', { viewport: { width: 390, height: 844 } });
  await ann.page.goto('/app/register');
  await ann.registers();
  let isBroken = true;
  await ann.page.route('**/operator/users?*', (route) => (isBroken ? route.fulfill({ status: 500, body: '' }) : route.continue()));
  await ann.page.goto('/app/account');
  await ann.page.getByRole('main').getByRole('link', { name: words('nav.operator') }).click();
  await expect(ann.text('error.unexpected')).toBeVisible();
  expect(await findings(ann.page, 'a list that failed')).toEqual([]);
  isBroken = false;
  await ann.button('ui.retry').click();
  await expect(new Operating(ann).row('people', 'Ann')).toBeVisible();
  await expect(ann.text('error.unexpected')).toHaveCount(0);
  await ann.page.getByLabel(told('people.search'), { exact: true }).fill('zoe');
  await expect(ann.page.getByText(told('people.none'))).toBeVisible();
});

test('two operators at once: what the other was faster with is told, and so is the end of the right', async ({ newPerson }) => {
  test.slow();
  const [ann, bob, cem] = [await newPerson('Ann'), await newPerson('Bob'), await newPerson('Cem')];
  const anns = await firstOperator(ann);
  await ann.page.getByText(words('space.people', { n: 5 }), { exact: true }).click();
  await ann.button('invite.make').click();
  const link = await anns.takesLink();
  for (const person of [bob, cem]) await accepts(person, link);
  await ann.page.reload();
  await anns.chooses(anns.row('people', 'Bob'), 'people.grant');
  await anns.inDialog('grant.action').click();
  await expect(anns.row('people', 'Bob')).toContainText(told('people.operator'));

  await bob.page.goto('/app/operator');
  const bobs = new Operating(bob);
  await expect(bobs.row('people', 'Cem')).toBeVisible();
  await anns.chooses(anns.row('people', 'Cem'), 'people.remove');
  await anns.dialog.getByLabel(told('password'), { exact: true }).fill(PASSWORD);
  await anns.inDialog('remove.action').click();
  await expect(anns.row('people', 'Cem')).toHaveCount(0);

  // Bob still sees him, and is told.
  await bobs.chooses(bobs.row('people', 'Cem'), 'people.disable');
  await bobs.inDialog('disable.action').click();
  await expect(bobs.dialog.getByRole('alert')).toBeVisible();
  await expect(bobs.row('people', 'Cem')).toHaveCount(0);
  await bobs.closes();

  // The last operator stays one.
  await anns.chooses(anns.row('people', 'Bob'), 'people.revoke');
  await anns.inDialog('revoke.action').click();
  await expect(anns.row('people', 'Bob')).not.toContainText(told('people.operator'));
  await anns.chooses(anns.row('people', 'Ann'), 'people.revoke');
  await anns.inDialog('revoke.action').click();
  await expect(anns.dialog.getByRole('alert')).toBeVisible();
  await anns.closes();

  // On Bob's page the right is gone at once.
  await expect(bob.page.getByRole('heading', { name: told('denied.title') })).toBeVisible();
  await expect(bob.link('nav.operator')).toHaveCount(0);
});

test('who runs nothing is shown no way to the page, and reads a sentence at its address', async ({ newPerson }) => {
  const [ann, bob] = [await newPerson('Ann'), await newPerson('Bob')];
  const operating = await firstOperator(ann);
  await ann.button('invite.make').click();
  await accepts(bob, await operating.takesLink());
  await expect(bob.page.getByRole('link', { name: 'Bob' })).toBeVisible();
  await expect(bob.link('nav.operator')).toHaveCount(0);
  await bob.page.goto('/app/account');
  await expect(bob.button('account.sign_out')).toBeVisible();
  await expect(bob.link('nav.operator')).toHaveCount(0);
  const asked: string[] = [];
  bob.page.on('request', (request) => pathOf(request.url()).startsWith('/operator') && asked.push(request.url()));
  for (const path of ['/app/operator', '/app/operator/log']) {
    await opens(bob.page, path);
    await expect(bob.page.getByRole('heading', { name: told('denied.title') })).toBeVisible();
    expect(await findings(bob.page, path)).toEqual([]);
  }
  expect(asked).toEqual([]);
  await ann.page.goto('/app/account');
  await expect(ann.page.getByRole('main').getByRole('link', { name: words('nav.operator') })).toBeVisible();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [where, viewport] of [
    ['at a desk', { width: 1280, height: 800 }],
    ['on a small phone', { width: 320, height: 640 }],
  ] as const) {
    const tag = (colorScheme === 'light') === (where === 'at a desk') ? '@long' : [];
    test(`every part of the page is accessible, ${colorScheme === 'dark' ? 'dark and in German' : 'light'}, ${where}`, { tag }, async ({ newPerson }) => {
      test.slow();
      const ann = await newPerson('Ann', { colorScheme, viewport, reducedMotion: 'reduce' });
      await ann.page.goto('/app/register');
      await ann.registers();
      await ann.makesSpace('Family');
      const language = colorScheme === 'dark' ? 'de' : 'en';
      await ann.page.goto('/app/account');
      await ann.page.getByRole('group', { name: words('language.label'), exact: true }).getByRole('radio', { name: languages[language] }).check({ force: true });
      await expect(ann.page.locator('html')).toHaveAttribute('lang', language);
      const found: string[] = [];
      for (const part of ['', '/spaces', '/storage', '/photos', '/backups', '/health', '/log']) {
        await opens(ann.page, `/app/operator${part}`);
        await expect(ann.page.getByRole('heading', { level: 1, name: language === 'de' ? de['nav.operator'] : words('nav.operator') })).toBeVisible();
        await expect(ann.page.getByRole('region').first()).toBeVisible();
        await expect(ann.page.getByRole('alert')).toHaveCount(0);
        found.push(...(await findings(ann.page, part)));
        const width = await ann.page.evaluate(() => document.documentElement.scrollWidth);
        if (width > viewport.width) found.push(`${part}: ${width} pixels wide`);
      }
      expect(found).toEqual([]);
    });
  }
}
