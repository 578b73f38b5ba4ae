// What health checks have found, in words.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, expect, test } from 'vitest';

import type { Check } from '../src/lib/api/operator';
import { wordsOf } from '../src/lib/i18n/checks';
import { de } from '../src/lib/i18n/checks/de';
import { en } from '../src/lib/i18n/checks/en';
import { loadRefusals } from '../src/lib/i18n/server';

type Words = { enum?: string[]; items?: { enum?: string[] } };

/** What checks can find, as the server's description has it. */
const description = JSON.parse(readFileSync(join(import.meta.dirname, '../src/lib/api/schemas.json'), 'utf8')) as {
  components: {
    schemas: { CheckOutcome: { properties: { params: { properties: Record<string, Words> } }; 'x-codes': Record<string, { params: string[] }> } };
  };
};
const { CheckOutcome } = description.components.schemas;
const codes = CheckOutcome['x-codes'];
const languages = Object.entries({ de, en });

const check = (code: string, params: object = {}) => ({ severity: 'ok', code, params, message: 'As the server says it' }) as Check;
const german = (code: string, params?: object) => wordsOf({ language: 'de', locale: 'de' }, check(code, params));
const english = (code: string, params?: object) => wordsOf({ language: 'en', locale: 'en' }, check(code, params)).text;

beforeAll(loadRefusals);

test('every code has words in both languages, and no code that the server has not', () => {
  expect(Object.keys(codes).length).toBeGreaterThan(90);
  for (const [, { sentences }] of languages) expect(Object.keys(sentences).sort()).toEqual(Object.keys(codes).sort());
});

test('every word of the server among the values has words in both languages', () => {
  const params = Object.entries(CheckOutcome.properties.params.properties);
  const known = params.flatMap(([name, { enum: words, items }]) => (words ?? items?.enum ?? []).map((word) => `${name}.${word}`));
  expect(known.length).toBeGreaterThan(20);
  for (const [, { values }] of languages) expect(Object.keys(values).sort()).toEqual([...known, 'logins.looks_like'].sort());
});

test('each sentence says all that its code knows, and names nothing else', () => {
  for (const [language, { sentences }] of languages) {
    for (const [code, sentence] of Object.entries(sentences)) {
      const fullest = [sentence].flat()[0] ?? '';
      const named = [...fullest.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
      // What is to be done stands behind the sentence.
      expect([language, code, named]).toEqual([language, code, (codes[code]?.params ?? []).filter((name) => name !== 'advice').sort()]);
    }
  }
});

test('values are told in what their names say that they are', () => {
  expect(german('disk_free', { free_bytes: 2_500_000_000 })).toEqual({ text: 'Auf der Festplatte des Datenordners sind 2,5\u00a0GB frei', language: 'de' });
  expect(english('s3_clock_behind', { by_seconds: 10_800 })).toContain('is 3 hours behind that of S3');
  expect(english('certificate_valid', { ends_at: new Date(2026, 6, 14, 12).toISOString() })).toMatch(/ends on Jul 14, 2026, /);
  expect(german('certificate_not_ordered_yet', { names: ['a.example', 'b.example', 'c.example'] }).text).toContain('für a.example, b.example und c.example:');
  expect(german('mail_server_reached', { host: 'mail.example.org', port: 2525 }).text).toBe('Der Mailserver mail.example.org, Port 2525, ist erreichbar');
  expect(german('settings_valid', { store: 'local', queue: 'local', worker: 'embedded' }).text).toBe(
    'Die Einstellungen sind gültig: Fotos sind im Datenordner, die Warteschlange ist in der Datenbank, der Worker läuft im Server',
  );
});

test('an error stays as it was reported, and what to do about it is in the language of the reader', () => {
  const params = { error: 'The data folder can’t be read: Permission denied', advice: 'use_owner' };
  expect(german('data_folder_refused', params).text).toBe(
    'Der Datenordner lässt sich nicht benutzen: The data folder can’t be read: Permission denied. Dieses Konto darf das nicht: Nimm das, unter dem der Server läuft, oder das, dem diese Dateien gehören',
  );
  expect(german('data_folder_refused', { error: 'x' }).text).toBe('Der Datenordner lässt sich nicht benutzen: x');
});

test('what was only sometimes found is said where it was', () => {
  const params = { ends_at: '2026-07-14T12:00:00Z', days: 58 };
  expect(german('ordered_certificate_valid', params).text).toMatch(/\(Tage bis dahin: 58\)$/);
  expect(german('ordered_certificate_valid', { ...params, failed_at: '2026-05-17T12:00:00Z', error: 'rateLimited' }).text).toMatch(/gescheitert \(.+\): rateLimited$/);
});

test('a login that would be refused today is told with the reason', () => {
  const logins = [
    { login: 'bob ', code: 'malformed', params: { reason: 'login_spaces_around' } },
    { login: 'B0b', code: 'looks_like', params: { login: 'Bob' } },
    { login: 'x', code: 'of_the_future', params: {} },
  ];
  expect(german('doubtful_logins', { logins }).text).toContain(
    '„bob “ (Um den Anmeldenamen dürfen keine Leerzeichen stehen), „B0b“ (sieht aus wie „Bob“) und „x“. Mit ihnen',
  );
});

test('what this app has no words for is said in those of the server, which are English', () => {
  const own = { text: 'As the server says it', language: 'en' };
  expect([german('moon_full'), german('constructor'), german('disk_free')]).toEqual([own, own, own]);
});
