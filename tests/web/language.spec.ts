// Each reader loads the words of one language.

import { de } from '../../web/src/lib/i18n/de.ts';
import { expect, test } from './fixtures.ts';
import { words } from './people.ts';

test('nobody loads another language; where it cannot be loaded, the app is there in English', async ({ newPerson }) => {
  const [ann, bernd] = [await newPerson('Ann'), await newPerson('Bernd', { locale: 'de-DE' })];
  const loaded: string[] = [];
  ann.page.on('request', (request) => void loaded.push(new URL(request.url()).pathname));
  await ann.page.goto('/app/register');
  await ann.registers();
  expect(loaded.filter((path) => /\/de-[\w-]+\.js$/.test(path))).toEqual([]);
  await ann.page.goto('/app/sign-in');
  await expect(ann.page.getByRole('heading', { name: words('home.title') })).toBeVisible();

  await bernd.page.route(/\/de-[\w-]+\.js$/, (route) => route.abort());
  await bernd.page.goto('/app/sign-in');
  await expect(bernd.button('door.sign_in')).toBeVisible();
  await expect(bernd.page.locator('html')).toHaveAttribute('lang', 'en');
  await bernd.page.unroute(/\/de-[\w-]+\.js$/);
  await bernd.page.reload();
  await expect(bernd.page.getByRole('button', { name: de['door.sign_in'], exact: true })).toBeVisible();
  await expect(bernd.page.locator('html')).toHaveAttribute('lang', 'de');

  // The choice is kept, and changes what is shown where one is.
  await bernd.page.getByRole('button', { name: 'English', exact: true }).click();
  await expect(bernd.button('door.sign_in')).toBeVisible();
  await bernd.page.reload();
  await expect(bernd.button('door.sign_in')).toBeVisible();
});
