import { describe, expect, test } from 'vitest';

import { afterSignIn, commentOf, match, paths, spaceOf } from '../src/lib/state/routes';

describe('an address', () => {
  test.each([
    ['/', { page: 'home' }],
    ['/app/', { page: 'home' }],
    ['/app', { page: 'home' }],
    ['/app/sign-in', { page: 'sign-in' }],
    ['/app/spaces/3', { page: 'space', id: 3 }],
    ['/app/spaces/3/', { page: 'space', id: 3 }],
    ['/app/spaces/3/members', { page: 'members', id: 3 }],
    ['/app/spaces/3/photos', { page: 'photos', id: 3, photo: null, kinds: null }],
    ['/app/spaces/3/photos?kind=video', { page: 'photos', id: 3, photo: null, kinds: 'video' }],
    ['/app/spaces/3/photos?kind=song', { page: 'photos', id: 3, photo: null, kinds: null }],
    ['/app/spaces/3/photos/7', { page: 'photos', id: 3, photo: { share: 7, photo: null }, kinds: null }],
    ['/app/spaces/3/photos/7/9', { page: 'photos', id: 3, photo: { share: 7, photo: 9 }, kinds: null }],
    ['/app/spaces/3/settings', { page: 'settings', id: 3 }],
    ['/app/shares/12', { page: 'share', id: 12 }],
    ['/app/account', { page: 'account' }],
    ['/app/operator', { page: 'operator', section: 'people' }],
    ['/app/operator/backups', { page: 'operator', section: 'backups' }],
  ])('%s leads to its page', (path, route) => {
    expect(match(path)).toEqual(route);
  });

  test.each([
    '/spaces/3',
    '/app/spaces',
    '/app/spaces/0',
    '/app/spaces/03',
    '/app/spaces/x',
    '/app/spaces/3/members/4',
    '/app/spaces/3/photos/x',
    '/app/spaces/3/photos/7/x',
    '/app/spaces/3/photos/7/8/9',
    '/app/shares/3/photos',
    '/app/shares/1/edit',
    '/app/account/3',
    '/app/operator/3',
    '/app/operator/log/3',
  ])('%s leads nowhere', (path) => {
    expect(match(path)).toEqual({ page: 'not-found' });
  });

  test('that the app makes is one that it knows', () => {
    expect(match(paths.photos(3))).toEqual({ page: 'photos', id: 3, photo: null, kinds: null });
    expect(match(paths.photos(3, 'photo'))).toEqual({ page: 'photos', id: 3, photo: null, kinds: 'photo' });
    expect(match(paths.photo(3, 7, 9, 'video'))).toEqual({ page: 'photos', id: 3, photo: { share: 7, photo: 9 }, kinds: 'video' });
    expect(match(paths.photo(3, 7, 9))).toEqual({ page: 'photos', id: 3, photo: { share: 7, photo: 9 }, kinds: null });
    expect(match(paths.operator())).toEqual({ page: 'operator', section: 'people' });
    expect(match(paths.operator('log'))).toEqual({ page: 'operator', section: 'log' });
    expect(match(paths.settings(3))).toEqual({ page: 'settings', id: 3 });
    expect(spaceOf(match(paths.members(3)))).toBe(3);
    expect(spaceOf(match(paths.account))).toBeNull();
  });
});

describe('after signing in', () => {
  test('one is where one was', () => {
    expect(afterSignIn('?to=%2Fapp%2Fspaces%2F3%3Fx%3D1')).toBe('/app/spaces/3?x=1');
  });

  test.each(['', '?to=https://evil.example', '?to=//evil.example/app/', '?to=/app/sign-in', '?to=/app/register?to=/app/'])(
    'with %j one is at home',
    (search) => {
      expect(afterSignIn(search)).toBe('/app/');
    },
  );
});

test('a link to a comment leads to its share', () => {
  expect(paths.share(9, 12)).toBe('/app/shares/9?comment=12');
  expect([commentOf(paths.share(9, 12)), commentOf(paths.share(9)), commentOf('/app/shares/9?comment=x')]).toEqual([12, null, null]);
  expect(match(paths.notices)).toEqual({ page: 'notices' });
});
