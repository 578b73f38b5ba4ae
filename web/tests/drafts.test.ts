import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { forgetDrafts, keepDraft, openDrafts, places, readDraft } from '../src/lib/forms/drafts';
import { read, write } from '../src/lib/dom/storage';
import { Storage } from './state/browser';

beforeEach(() => void vi.stubGlobal('localStorage', new Storage()));
afterEach(() => void vi.unstubAllGlobals());

test('a draft is kept for each person and place', () => {
  keepDraft(1, places.newShare(3), 'For the family');
  keepDraft(1, places.newShare(4), 'For the book club');
  keepDraft(2, places.newShare(3), 'Somebody else');
  keepDraft(1, places.edit(3), 'Another wording');
  expect(readDraft(1, places.newShare(3))).toBe('For the family');
  expect(readDraft(1, places.newShare(4))).toBe('For the book club');
  expect(readDraft(2, places.newShare(3))).toBe('Somebody else');
  expect(readDraft(1, places.edit(3))).toBe('Another wording');
  expect(readDraft(2, places.edit(3))).toBeNull();
});

test('a draft keeps its whitespace, but whitespace alone is not a draft', () => {
  keepDraft(1, places.newShare(3), '  two\n\n');
  expect(readDraft(1, places.newShare(3))).toBe('  two\n\n');
  keepDraft(1, places.newShare(3), ' \n');
  expect(readDraft(1, places.newShare(3))).toBeNull();
});

test("signing out takes one's own drafts and nothing else", () => {
  keepDraft(1, places.newShare(3), 'Mine');
  keepDraft(11, places.newShare(3), 'Not mine');
  write('theme', 'dark');
  forgetDrafts(1);
  expect(readDraft(1, places.newShare(3))).toBeNull();
  expect(readDraft(11, places.newShare(3))).toBe('Not mine');
  expect(read('theme')).toBe('dark');
});

test('a user with an ID that another had before gets none of their drafts', () => {
  const ann = { id: 1, login: 'ann' };
  openDrafts(ann);
  keepDraft(1, places.newShare(3), 'Mine');
  keepDraft(2, places.newShare(3), "Somebody else's");
  openDrafts(ann);
  expect(readDraft(1, places.newShare(3))).toBe('Mine');
  openDrafts({ id: 1, login: 'mallory' });
  expect(readDraft(1, places.newShare(3))).toBeNull();
  expect(readDraft(2, places.newShare(3))).toBe("Somebody else's");
  keepDraft(1, places.newShare(3), "Mallory's");
  openDrafts(ann);
  expect(readDraft(1, places.newShare(3))).toBeNull();
  forgetDrafts(1);
  expect(Object.keys(localStorage)).toEqual(['draft.2.space-3']);
});

test('a browser that keeps nothing still lets one write', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => { throw new DOMException('denied', 'SecurityError'); },
    setItem: () => { throw new DOMException('full', 'QuotaExceededError'); },
  });
  keepDraft(1, places.newShare(3), 'Words');
  expect(readDraft(1, places.newShare(3))).toBeNull();
  expect(() => { forgetDrafts(1); }).not.toThrow();
});
