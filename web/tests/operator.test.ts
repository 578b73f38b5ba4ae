// What the page of those who run the server says, and what it offers.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { actionsOf } from '../src/features/operator/account-actions';
import type { Account, Deed } from '../src/lib/api/operator';
import { bytesOf, gigabytes } from '../src/lib/format/quota';
import { span } from '../src/lib/format/span';
import { sentenceOf } from '../src/lib/i18n/deeds';
import type { Forms } from '../src/lib/i18n/messages';
import { de } from '../src/lib/i18n/operator/de';
import { en } from '../src/lib/i18n/operator/en';

const source = join(import.meta.dirname, '../src');

test('both languages say the same to operators, and nothing that nobody reads', () => {
  const textsOf = (message: string | Forms) => (typeof message === 'string' ? [message] : Object.values(message));
  const namesIn = (message: string | Forms) => [...(textsOf(message).at(-1) ?? '').matchAll(/\{\w+\}/g)].map(String).sort();
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  for (const [key, message] of Object.entries<string | Forms>(en)) {
    const german: string | Forms = de[key as keyof typeof en];
    expect([key, namesIn(german), typeof german]).toEqual([key, namesIn(message), typeof message]);
    for (const text of [...textsOf(message), ...textsOf(german)]) expect(text.trim()).not.toBe('');
  }
  const folder = join(source, 'features/operator');
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const all = [...files, readFileSync(join(source, 'lib/i18n/deeds.ts'), 'utf8'), readFileSync(join(source, 'pages/Operator.svelte'), 'utf8')].join('\n');
  const isRead = (key: string) => all.includes(`'${key}'`) || /^(did|health\.(ok|warning|error)$)/.test(key);
  expect(Object.keys(en).filter((key) => !isRead(key))).toEqual([]);
});

test('what operators did is told in sentences, in the language of the reader', () => {
  const english = { language: 'en', locale: 'en' } as const;
  const german = { language: 'de', locale: 'de' } as const;
  const deed = (action: string, more: Partial<Deed> = {}) => ({ id: 1, at: '', who: 'ann', action, about: 'bob', about_id: 2, detail: null, ...more }) as Deed;
  expect(sentenceOf(english, deed('account_disabled'))).toBe('ann disabled the account of bob.');
  expect(sentenceOf(german, deed('account_disabled', { who: null }))).toBe('Jemand an der Kommandozeile hat das Konto von bob gesperrt.');
  const quota = (detail: string) => sentenceOf(english, deed('user_quota_changed', { detail }));
  expect(quota('5000000000')).toBe('ann changed the quota of bob: 5 GB.');
  expect(quota('none')).toBe('ann changed the quota of bob: none.');
  expect(quota('default')).toBe('ann changed the quota of bob: as set for all.');
  expect(sentenceOf(english, deed('space_removed', { about: null, about_id: 7 }))).toBe('ann removed the space #7.');
  // A server that is newer than the page says what the page has no sentence for.
  expect(sentenceOf(english, deed('moon_landed', { about_id: null }))).toBe('ann · moon_landed · bob');
});

test('there is a sentence for everything that is logged', () => {
  const { components } = JSON.parse(readFileSync(join(source, 'lib/api/schemas.json'), 'utf8')) as {
    components: { schemas: { LogLine: { properties: { action: { enum: string[] } } } } };
  };
  const actions = components.schemas.LogLine.properties.action.enum;
  expect(actions.length).toBeGreaterThan(15);
  expect(Object.keys(en).filter((key) => key.startsWith('did.')).sort()).toEqual(actions.map((action) => `did.${action}`).sort());
});

test('an operator is offered what can be done with an account, and not to lock themselves out', () => {
  const account: Account = { id: 2, login: 'bob', name: 'Bob', disabled_at: null, is_operator: false, spaces: 0, used_bytes: 0, max_bytes: null, has_own_quota: false };
  expect(actionsOf(account, 1)).toEqual(['reset_link', 'sessions', 'quota', 'disable', 'grant', 'remove']);
  expect(actionsOf({ ...account, disabled_at: '2026-05-17T09:30:00Z', is_operator: true }, 1)).toEqual(['reset_link', 'sessions', 'quota', 'enable', 'revoke', 'remove']);
  expect(actionsOf({ ...account, is_operator: true }, 2)).toEqual(['quota', 'revoke']);
});

test('a quota is written in gigabytes, as one writes numbers', () => {
  expect(['10', ' 2.5 ', '2,5', '0.0000052'].map(bytesOf)).toEqual([10_000_000_000, 2_500_000_000, 2_500_000_000, 5_200]);
  expect(['', '0', '0.0000000001', '-1', 'ten', '1e3', '1.2.3', '9999999999'].map(bytesOf)).toEqual(Array.from({ length: 8 }, () => null));
  expect([gigabytes(2_500_000_000, 'de'), gigabytes(5_200, 'en'), gigabytes(12_000_000_000_000, 'en')]).toEqual(['2,5', '0.0000052', '12000']);
});

test('a length of time is given in the unit that it fills', () => {
  expect([1, 45, 60, 90, 190, 3_600, 86_400, 90_000, 200_000].map((seconds) => span(seconds, 'en'))).toEqual([
    '1 second',
    '45 seconds',
    '1 minute',
    '90 seconds',
    '3 minutes',
    '1 hour',
    '1 day',
    '25 hours',
    '2 days',
  ]);
});
