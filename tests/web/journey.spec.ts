// A family begins: from the empty server until the second person leaves.

import { devices } from '@playwright/test';
import { join } from 'node:path';

import { expect, test } from './fixtures.ts';
import { PASSWORD, pictures, words } from './people.ts';

const GARDEN = join(pictures, 'garden.jpg');

for (const [where, options] of [
  ['at a desk', { viewport: { width: 1280, height: 800 } }],
  ['on a phone', devices['Pixel 7']],
] as const) {
  const tag = where === 'at a desk' ? '@long' : [];
  test(`a family begins ${where}`, { tag }, async ({ newPerson }) => {
    const ann = await newPerson('Ann', options);
    await ann.page.goto('/');
    // The empty server leads to its first account.
    await expect(ann.page.getByRole('heading', { name: words('register.first_title') })).toBeVisible();
    await ann.registers();
    await ann.makesSpace('Family');
    await expect(ann.text('space.empty_title')).toBeVisible();

    await ann.writes('The garden this morning');
    await ann.choosesPhoto(GARDEN);
    // The author sees which space it is for, and how many people will see it.
    await expect(
      ann.button('composer.submit', { space: 'Family', people: words('space.people', { n: 1 }) }),
    ).toBeVisible();
    await ann.shares();
    await ann.seesPhotoOf('The garden this morning');
    await expect(ann.field('composer.prompt')).toHaveValue('');

    // The second person creates an account and is added.
    const bob = await newPerson('Bob', options);
    await bob.page.goto('/');
    await bob.link('door.register').click();
    await bob.registers();
    await ann.link('space.people', { n: 1 }).click();
    await ann.field('door.login').fill('Bob');
    await ann.button('members.add').click();
    await expect(ann.page.getByRole('main').getByText('Bob', { exact: true }).first()).toBeVisible();

    // They see it, and reply.
    await bob.page.reload();
    await bob.page.getByRole('main').getByRole('link', { name: /Family/ }).click();
    await bob.seesPhotoOf('The garden this morning');
    await expect(bob.page.getByRole('button', { name: words('share.actions', { name: 'Ann' }) })).toHaveCount(0);
    await bob.writes('Lovely! See https://example.org/roses.');
    await bob.shares();
    const link = bob.card('Lovely!').getByRole('link', { name: 'https://example.org/roses' });
    await expect(link).toHaveAttribute('href', 'https://example.org/roses');

    // Edit in place.
    await bob.chooses(words('share.actions', { name: 'Bob' }), 'share.edit');
    await bob.field('share.text').fill('How lovely!');
    await bob.button('share.save').click();
    await expect(bob.card('How lovely!')).toBeVisible();

    // Delete, undo, delete for good.
    await bob.chooses(words('share.actions', { name: 'Bob' }), 'share.delete');
    await expect(bob.card('How lovely!')).toHaveCount(0);
    await bob.button('share.undo').click();
    await expect(bob.card('How lovely!')).toBeVisible();
    await bob.chooses(words('share.actions', { name: 'Bob' }), 'share.delete');
    // Leaving the page doesn't cancel the deletion.
    await bob.page.goto('/app/');
    const left = async () => ((await (await bob.page.request.get('/spaces/1/shares')).json()) as unknown[]).length;
    await expect.poll(left).toBe(1);
    await bob.page.getByRole('main').getByRole('link', { name: /Family/ }).click();
    await bob.seesPhotoOf('The garden this morning');
    await expect(bob.card('How lovely!')).toHaveCount(0);

    // The gallery, the viewer, saving the photo, and back.
    await bob.link('space.photos').first().click();
    await bob.page.getByRole('main').getByRole('link', { name: /Photo by Ann/ }).click();
    await expect(bob.page.getByRole('dialog')).toBeVisible();
    await expect(bob.page.locator('.pswp img').first()).toBeVisible();
    const saving = bob.page.waitForEvent('download');
    await bob.button('viewer.download').click();
    expect((await saving).suggestedFilename()).toMatch(/^Family \d{4}-\d\d-\d\d 1\.jpg$/);
    await bob.page.goBack();
    await expect(bob.page.getByRole('dialog')).toHaveCount(0);
    await expect(bob.page.getByRole('main').getByRole('link', { name: /Photo by Ann/ })).toBeVisible();

    // Leave.
    await bob.page.goto('/app/spaces/1/settings');
    await bob.button('members.leave_short').click();
    await bob.page.getByRole('dialog').getByRole('button', { name: words('members.leave_short') }).click();
    await expect(bob.text('home.empty_title')).toBeVisible();

    // A new password signs out everywhere else.
    const elsewhere = await newPerson('Bob', options);
    await elsewhere.page.goto('/');
    await elsewhere.signsIn();
    await expect(elsewhere.text('home.empty_title')).toBeVisible();
    await bob.page.goto('/app/account');
    await bob.button('account.change_password').click();
    await bob.field('account.password_old').fill(PASSWORD);
    await bob.field('account.password_new').fill('better horse');
    await bob.field('register.confirm').fill('better horse');
    await bob.button('account.change_password').click();
    await expect(bob.text('account.password_changed')).toBeVisible();
    await elsewhere.page.reload();
    await elsewhere.signsIn('better horse');
    await expect(elsewhere.text('home.empty_title')).toBeVisible();
    await bob.button('account.sign_out').first().click();
    await expect(bob.button('door.sign_in')).toBeVisible();
  });
}
