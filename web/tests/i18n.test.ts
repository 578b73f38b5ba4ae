import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { de } from '../src/lib/i18n/de';
import { en } from '../src/lib/i18n/en';
import { fill, type Forms } from '../src/lib/i18n/messages';

type Table = Record<string, string | Forms>;
const languages: Record<string, Table> = { en, de };

const namesIn = (message: string | Forms): string[] => {
  const text = typeof message === 'string' ? message : message.other;
  return [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '').sort();
};

describe.each(Object.keys(languages))('%s', (language) => {
  const messages = languages[language] ?? {};

  test('has every message, none more, none empty', () => {
    expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
    for (const message of Object.values(messages)) {
      for (const text of typeof message === 'string' ? [message] : Object.values(message)) expect(text.trim()).not.toBe('');
    }
  });

  test('has the same names to fill in', () => {
    for (const [key, message] of Object.entries(messages)) {
      expect([key, namesIn(message)]).toEqual([key, namesIn((en as Table)[key] ?? '')]);
    }
  });

  test('has a form for each case of a number', () => {
    const cases = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, message] of Object.entries(messages)) {
      if (typeof message !== 'string') expect([key, Object.keys(message).sort()]).toEqual([key, [...cases].sort()]);
    }
  });
});

test('no message is unused', () => {
  const folder = join(import.meta.dirname, '../src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((name) => /\.(svelte|ts)$/.test(name) && !/i18n.(en|de)\b/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  expect(Object.keys(en).filter((key) => !sources.includes(`'${key}'`))).toEqual([]);
});

test('a message is filled in, with the form and the digits of the language', () => {
  const forms = { one: '{n} person', other: '{n} people' };
  expect(fill('en', forms, { n: 1 })).toBe('1 person');
  expect(fill('en', forms, { n: 1234 })).toBe('1,234 people');
  expect(fill('de', '{n} Leute', { n: 1234 })).toBe('1.234 Leute');
  expect(fill('en', 'Share with {space}', { space: '{people} & <b>' })).toBe('Share with {people} & <b>');
});

test('a name from right to left does not turn the sentence', () => {
  expect(fill('en', 'Share with {space} now', { space: 'משפחה' })).toBe('Share with \u2068משפחה\u2069 now');
});
