import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Router } from '../../src/lib/state/router.svelte';
import { type Browser, browser, settle } from './browser';

let page: Browser;
let router: Router;
let stop: () => void;

beforeEach(() => {
  page = browser('/app/spaces/3');
  vi.stubGlobal('requestAnimationFrame', () => 0);
  router = new Router();
  stop = router.start();
});
afterEach(() => void vi.unstubAllGlobals());

async function back() {
  page.history.back();
  await settle();
}

test('it starts at the address of the window, and navigates there and back', async () => {
  expect(router.route).toEqual({ page: 'space', id: 3 });
  router.go('/app/spaces/3/members');
  await settle();
  expect(router.route).toEqual({ page: 'members', id: 3 });
  expect(page.history.url).toBe('/app/spaces/3/members');
  await back();
  expect(router.route).toEqual({ page: 'space', id: 3 });
});

test('a page that takes the place of another is one step back from the one before', async () => {
  router.go('/app/spaces/3/photos/7/9');
  router.go('/app/spaces/3/photos', { replace: true });
  await settle();
  await back();
  expect(router.url).toBe('/app/spaces/3');
});

test('up is back for who came from there, and forward for who came by a link', async () => {
  router.go('/app/spaces/3/members');
  await settle();
  router.up('/app/spaces/3');
  await settle();
  expect(router.url).toBe('/app/spaces/3');
  router.up('/app/');
  await settle();
  expect(router.url).toBe('/app/');
  await back();
  expect(router.url).toBe('/app/spaces/3');
});

test('what lies over the page has an address, and the way back takes it away and leaves the page', async () => {
  const uncovered = vi.fn();
  router.cover('/app/spaces/3/photos/7/9', uncovered);
  router.moveCover('/app/spaces/3/photos/6/8');
  expect(page.history.url).toBe('/app/spaces/3/photos/6/8');
  expect(router.url).toBe('/app/spaces/3');
  await back();
  expect(uncovered).toHaveBeenCalledOnce();
  expect(router.url).toBe('/app/spaces/3');
  expect(router.visits).toBe(0);
});

test('taken away from here, it leaves no step behind', async () => {
  const uncovered = vi.fn();
  const uncover = router.cover('/app/spaces/3/photos/7/9', uncovered);
  uncover();
  await settle();
  expect(uncovered).not.toHaveBeenCalled();
  expect(page.history.url).toBe('/app/spaces/3');
});

test('from one overlay it navigates to another, and back to the page', async () => {
  router.cover('/app/spaces/3/photos/7/9', () => undefined);
  router.go('/app/shares/7');
  await settle();
  expect(router.route).toEqual({ page: 'share', id: 7 });
  await back();
  expect(router.url).toBe('/app/spaces/3');
});

test('where one goes while a cover is on its way out, one arrives', async () => {
  const uncover = router.cover(null, () => undefined);
  uncover();
  router.go('/app/spaces/3/settings');
  await settle();
  expect(router.url).toBe('/app/spaces/3/settings');
  await back();
  expect(router.url).toBe('/app/spaces/3');
});

test('once it has stopped, it listens to nothing', async () => {
  router.go('/app/');
  await settle();
  stop();
  await back();
  expect(router.url).toBe('/app/');
  expect(page.listeners()).toBe(0);
});
