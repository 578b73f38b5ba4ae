// The smaller state classes, each by what it does.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import type { Share } from '../../src/lib/api/types';
import { I18n } from '../../src/lib/i18n/index.svelte';
import { Announcer } from '../../src/lib/state/announcer.svelte';
import { Clock } from '../../src/lib/state/clock.svelte';
import { RequestOrder } from '../../src/lib/state/request-order';
import { ShareTexts } from '../../src/lib/state/share-texts.svelte';
import { Theme } from '../../src/lib/state/theme.svelte';
import { Toasts } from '../../src/lib/state/toasts.svelte';
import { shareOf } from '../photos';
import { type Browser, browser, later, settle } from './browser';

let page: Browser;
beforeEach(() => {
  vi.useFakeTimers();
  page = browser();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the same sentence twice is announced twice', () => {
  const announcer = new Announcer();
  announcer.say('Saved');
  const first = announcer.text;
  announcer.say('Saved');
  vi.advanceTimersByTime(1_000);
  expect(announcer.text).not.toBe(first);
  expect(announcer.text.trim()).toBe('Saved');
});

test('what happens in quick succession is announced one after the other, the last of it where it is much', () => {
  const announcer = new Announcer();
  for (let n = 1; n <= 9; n++) announcer.say(`${n}`);
  const said = [announcer.text];
  for (let second = 0; second < 6; second++) {
    vi.advanceTimersByTime(1_000);
    if (announcer.text !== said.at(-1)) said.push(announcer.text);
  }
  expect(said).toEqual(['1', '6', '7', '8', '9']);
});

test('the clock goes, is right as soon as one comes back to the page, and stops', () => {
  const clock = new Clock();
  const stop = clock.start();
  const begun = clock.now;
  vi.advanceTimersByTime(20_000);
  expect(clock.now - begun).toBe(20_000);
  vi.setSystemTime(begun + 90_000);
  page.document.dispatchEvent(new Event('visibilitychange'));
  expect(clock.now - begun).toBe(90_000);
  stop();
  vi.advanceTimersByTime(60_000);
  expect(clock.now - begun).toBe(90_000);
  expect(page.listeners()).toBe(0);
});

test('a toast goes after its time, which is paused while the pointer or the focus is on it', () => {
  const toasts = new Toasts();
  const onend = vi.fn();
  toasts.show('Deleted', { onend, ms: 1_000 });
  vi.advanceTimersByTime(750);
  toasts.held = true;
  vi.advanceTimersByTime(5_000);
  expect(toasts.list).toHaveLength(1);
  toasts.held = false;
  vi.advanceTimersByTime(250);
  expect(toasts.list).toEqual([]);
  expect(onend).toHaveBeenCalledOnce();
});

test('a toast whose action was taken does not end as if it had not been', () => {
  const toasts = new Toasts();
  const [onaction, onend] = [vi.fn(), vi.fn()];
  const id = toasts.show('Deleted', { action: 'Undo', onaction, onend });
  toasts.act(id);
  toasts.act(id);
  toasts.end(id);
  vi.advanceTimersByTime(10_000);
  expect(onaction).toHaveBeenCalledOnce();
  expect(onend).not.toHaveBeenCalled();
});

test('a theme is kept for the next visit, and that of the system is not stored', () => {
  const theme = new Theme();
  theme.choose('dark');
  expect(page.document.documentElement.dataset['theme']).toBe('dark');
  const next = new Theme();
  next.start();
  expect(next.choice).toBe('dark');
  next.choose('system');
  expect(page.document.documentElement.dataset['theme']).toBeUndefined();
  const last = new Theme();
  last.start();
  expect(last.choice).toBe('system');
});

test('a language is loaded, kept for the next visit, and words and numbers are in it', async () => {
  const i18n = new I18n();
  const starting = i18n.start();
  expect(i18n.ready).toBe(false);
  await starting;
  expect([i18n.language, i18n.ready]).toEqual(['en', true]);
  await i18n.choose('de');
  const next = new I18n();
  await next.start();
  expect(next.language).toBe('de');
  expect(page.document.documentElement.lang).toBe('de');
  expect(next.t('space.people', { n: 1200 })).toContain('1.200');
  await next.choose(null);
  expect(next.language).toBe('en');
});

test('of two languages chosen quickly the last counts, though it is there first', async () => {
  const i18n = new I18n();
  await i18n.start();
  await Promise.all([i18n.choose('de'), i18n.choose('en')]);
  expect([i18n.language, i18n.t('ui.close'), page.document.documentElement.lang]).toEqual(['en', 'Close', 'en']);
});

test('of two answers about a share, the later question counts', async () => {
  const [early, late] = [later<Share>(), later<Share>()];
  const questions = [early, late];
  const texts = new ShareTexts({ share: () => (questions.shift() ?? later<Share>()).promise });
  const both = [texts.read(9), texts.read(9)];
  late.resolve(shareOf(9, 9, 'Edited'));
  await settle();
  early.resolve(shareOf(9, 9, 'As it was'));
  expect(await Promise.all(both)).toMatchObject([null, { text: 'Edited' }]);
  expect(texts.of(9)).toBe('Edited');
});

test('a text that cannot be read any more stays, and one of another share has its own order', async () => {
  const answers: Record<number, (Share | Error)[]> = { 9: [shareOf(9, 9, 'Nine'), new Error('no line')], 8: [shareOf(8, 8, 'Eight')] };
  const share = (id: number) => {
    const answer = answers[id]?.shift();
    return answer instanceof Error || !answer ? Promise.reject(answer) : Promise.resolve(answer);
  };
  const texts = new ShareTexts({ share });
  expect(texts.of(9)).toBeNull();
  await Promise.all([texts.read(9), texts.read(8)]);
  expect(await texts.read(9)).toBeNull();
  expect([texts.of(9), texts.of(8)]).toEqual(['Nine', 'Eight']);
  answers[9] = [new ApiError(404, 'No such share', 'no_such_share')];
  expect(await texts.read(9)).toBe('gone');
});

test('an answer from before a change is not taken, nor one that a later one has overtaken', () => {
  const order = new RequestOrder();
  const [first, second] = [order.begin(), order.begin()];
  expect(order.takes(second)).toBe(true);
  expect(order.takes(first)).toBe(false);
  const third = order.begin();
  order.changed();
  expect(order.takes(third)).toBe(false);
  expect(order.takes(order.begin())).toBe(true);
});
