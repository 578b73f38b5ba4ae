// Every screen, with content: for the accessibility checks and the pictures of the README.

import { type APIRequestContext, expect } from '@playwright/test';
import { SCENES, landscape } from './landscapes.ts';
import { PASSWORD, type Person, words } from './people.ts';
import { opens } from './quiet.ts';

export interface Screen {
  name: string;
  path: string;
  /** Only visible without a session. */
  outside?: boolean;
}

export const SCREENS: Screen[] = [
  { name: 'register', path: '/app/register', outside: true },
  { name: 'sign-in', path: '/app/sign-in', outside: true },
  { name: 'home', path: '/app/' },
  { name: 'space', path: '/app/spaces/1' },
  { name: 'empty', path: '/app/spaces/3' },
  { name: 'share', path: '/app/shares/1' },
  { name: 'members', path: '/app/spaces/1/members' },
  { name: 'photos', path: '/app/spaces/1/photos' },
  { name: 'viewer', path: '/app/spaces/1/photos/2' },
  { name: 'settings', path: '/app/spaces/1/settings' },
  { name: 'account', path: '/app/account' },
  // Ann is the first to register.
  { name: 'operator', path: '/app/operator' },
  { name: 'lost', path: '/app/nowhere' },
];

/** Fills a server: two people, three spaces, texts and photos. */
async function furnish(api: APIRequestContext): Promise<void> {
  const json = async (path: string, data: object, token = '') => {
    const answer = await api.post(path, { data, headers: token ? { Authorization: `Bearer ${token}` } : {} });
    expect(answer.ok(), `${path}: ${await answer.text()}`).toBe(true);
    return answer;
  };
  const account = async (login: string) => {
    await json('/register', { login, password: PASSWORD, 'confirm-password': PASSWORD });
    const answer = await json('/login', { login, password: PASSWORD });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const [ann, leo] = [await account('Ann'), await account('Leo')];
  for (const name of ['Family', 'Book club', 'Garden']) await json('/spaces', { name }, ann);
  await json('/spaces/1/members', { login: 'Leo' }, ann);
  const share = async (token: string, space: number, text: string, scene?: keyof typeof SCENES) => {
    const file = scene && { name: 'photo.png', mimeType: 'image/png', buffer: landscape(SCENES[scene]) };
    const answer = await api.post(`/spaces/${space}/shares`, {
      headers: { Authorization: `Bearer ${token}` },
      multipart: file ? { text, file } : { text },
    });
    expect(answer.ok(), await answer.text()).toBe(true);
  };
  await share(leo, 1, 'Nice weather - let’s have a barbecue on Saturday?');
  await share(ann, 1, 'Snow, at last. Who’s coming sledging?', 'winter');
  await share(leo, 1, 'The view from the hut this morning', 'morning');
  await share(ann, 1, 'And this is how the day ended.', 'evening');
  await share(leo, 1, 'Yes! I bring the salad. The recipe: https://example.org/salad');
  await json('/shares/1/comments', { text: 'Gladly! At six?' }, ann);
  await json('/shares/1/comments', { text: 'At six, @Ann.' }, leo);
  const reaction = await api.put('/shares/1/reactions/❤️', { headers: { Authorization: `Bearer ${ann}` } });
  expect(reaction.ok(), await reaction.text()).toBe(true);
  await share(ann, 2, 'We read chapter five until next week.');
}

/** Goes to every screen, first without a session, and waits until nothing moves. */
export async function tour(person: Person, visit: (screen: Screen) => Promise<void>): Promise<void> {
  const { page } = person;
  await furnish(page.request);
  await page.context().clearCookies();
  for (const outside of [true, false]) {
    if (!outside) {
      await page.goto('/app/sign-in');
      await person.signsIn();
      await expect(page.getByRole('heading', { name: words('home.title') })).toBeVisible();
    }
    for (const screen of SCREENS.filter((screen) => (screen.outside ?? false) === outside)) {
      await opens(page, screen.path);
      await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
      await expect(person.button('door.sign_in')).toHaveCount(screen.name === 'sign-in' ? 1 : 0);
      await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
      await visit(screen);
    }
  }
}
