import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, expect, test } from 'vitest';

import { ApiError } from '../src/lib/api/errors';
import { reasons } from '../src/lib/i18n/photos.de';
import { generalOf, loadRefusals, translate } from '../src/lib/i18n/server';
import * as de from '../src/lib/i18n/server.de';
import * as en from '../src/lib/i18n/server.en';

interface Code {
  params: string[];
  reasons?: string[];
}

/** What the server can refuse, as its description has it. */
const description = JSON.parse(readFileSync(join(import.meta.dirname, '../src/lib/api/schemas.json'), 'utf8')) as {
  components: {
    schemas: {
      Problem: { properties: { params: { properties: { field: { enum: string[] } } } }; 'x-codes': Record<string, Code> };
    };
  };
};
const { Problem } = description.components.schemas;
const codes = Object.entries(Problem['x-codes']);

beforeAll(loadRefusals);

test('German readers read German refusals', () => {
  expect(translate('de', 'not_an_admin', {})).toBe('Das dürfen nur die Admins dieses Raums');
  expect(translate('de', 'too_short', { field: 'text', min: 3 })).toBe('Der Text muss mindestens 3 Zeichen haben');
  expect(translate('de', 'no_such_login', { login: '{1} $& Bo' })).toBe('Niemand hat hier den Anmeldenamen „{1} $& Bo“');
  expect(translate('de', 'only_admin', { login: 'ann', spaces: ['Haus', 'Hof', 'Garten'] })).toBe(
    'ann ist der einzige Admin von Haus, Hof und Garten. Mach dort erst ein anderes Mitglied zum Admin',
  );
});

test('a wait is given in seconds, and a long one in minutes, rounded up', () => {
  const wait = (seconds: number) => translate('de', 'too_many_attempts', { wait_seconds: seconds });
  expect(wait(1)).toBe('Zu viele Versuche. Versuch es in 1 Sekunde noch einmal');
  expect(wait(90)).toBe('Zu viele Versuche. Versuch es in 90 Sekunden noch einmal');
  expect(wait(121)).toBe('Zu viele Versuche. Versuch es in 3 Minuten noch einmal');
});

test('a limit is given in its own unit', () => {
  const photo = (reason: string, max: number) => translate('de', 'too_large', { field: 'photo', reason, max });
  expect(photo('bytes', 25 * 1024 * 1024)).toBe('Das Foto darf höchstens 25 MiB groß sein');
  expect(photo('bytes', 1000)).toBe('Das Foto darf höchstens 1.000 Byte groß sein');
  expect(photo('pixels', 50_000_000)).toBe('Das Foto darf höchstens 50.000.000 Pixel haben');
  expect(photo('grams', 3)).toBe('Das ist zu groß');
  const second = (field: string) => translate('de', 'too_large', { field, reason: 'bytes', max: 1000, number: 2 });
  expect(second('photo')).toBe('Foto 2 darf höchstens 1.000 Byte groß sein');
  expect(second('video')).toBe('Video 2 darf höchstens 1.000 Byte groß sein');
});

test('what is used of a quota is given in the unit that suits it', () => {
  const full = { used: 9_740_000_000, max: 10_000_000_000 };
  expect(translate('de', 'user_quota_exceeded', full)).toBe(
    'Dafür hast du nicht genug Platz: Deine Fotos und Videos belegen 9,7\u00a0GB von 10\u00a0GB. Lösche erst welche',
  );
  expect(translate('en', 'space_quota_exceeded', full)).toBe(
    'There isn’t enough room for this in the space: photos and videos take 9.7 GB of 10 GB. Delete some first',
  );
});

test('a code with several reasons has a sentence for each, and one for the rest', () => {
  expect(translate('de', 'malformed', { reason: 'login_scripts' })).toBe(
    'Der Anmeldename darf keine Buchstaben verschiedener Schriften mischen',
  );
  expect(translate('de', 'malformed', { reason: 'form', why: 'it ends' })).toBe('So konnte der Server das nicht verstehen');
});

test('English readers read sentences for people, where those of the server are for programs', () => {
  expect(translate('en', 'not_an_admin', {})).toBe('Only the admins of this space can do that');
  expect(translate('en', 'no_such_space', { id: '7' })).toBe('This space doesn’t exist, or no longer does');
  expect(translate('en', 'malformed', { reason: 'login_scripts' })).toBe('The login name can’t mix letters of different scripts');
  // What is said to people already is repeated.
  expect(translate('en', 'photo_damaged', { reason: 'no_table' })).toBeNull();
});

test('what a language lacks is said in general, and no word of the server stays within a sentence', () => {
  expect(translate('de', 'too_long', { field: 'colour', max: 100 })).toBeNull();
  expect(translate('de', 'too_long', { field: 'text' })).toBeNull();
  expect(translate('de', 'photo_damaged', { reason: 'too_blue' })).toBe('Dieses Foto ist beschädigt');
  expect(translate('de', 'photo_damaged', { reason: 'ends_early' })).toBe(
    'Dieses Foto ist beschädigt: Es endet, bevor das Bild zu Ende ist',
  );
  expect(translate('de', 'constructor', {})).toBeNull();
  expect(translate('de', 'too_long', { field: 'constructor', max: 1 })).toBeNull();
});

test('what is unknown is said in general, in the language of the page', () => {
  const general = (status: number) => generalOf(new ApiError(status, '', 'http'));
  expect([0, 502, 413, 403, 404, 429, 503, 507, 418, 500].map(general)).toEqual([
    'error.unreachable',
    'error.unreachable',
    'error.too_large',
    'error.forbidden',
    'error.gone',
    'error.busy',
    'error.busy',
    'error.full',
    'error.refused',
    'error.unexpected',
  ]);
  expect(generalOf(new TypeError('x'))).toBe('error.unexpected');
});

test('every code of the server has German, and no code that it has not', () => {
  expect(codes.length).toBeGreaterThan(60);
  expect(codes.map(([code]) => code).filter((code) => code !== 'http' && !(code in de.sentences))).toEqual([]);
  const known = new Set(codes.flatMap(([code, { reasons = [] }]) => [code, ...reasons.map((reason) => `${code}.${reason}`)]));
  for (const { sentences } of [de, en]) expect(Object.keys(sentences).filter((key) => !known.has(key))).toEqual([]);
});

test('why a photo is refused is said in German as exactly as in English', () => {
  const damaged = Problem['x-codes']['photo_damaged']?.reasons ?? [];
  expect(damaged.length).toBeGreaterThan(38);
  const others = ['photo_not_shown', 'photo_format', 'video_unsupported', 'video_damaged'].flatMap((code) => Problem['x-codes'][code]?.reasons ?? []);
  expect(others.length).toBeGreaterThan(50);
  expect(Object.keys(reasons).sort()).toEqual([...new Set([...damaged, ...others])].sort());
});

test('every reason for people to mend has words of its own in both languages', () => {
  const logins = (Problem['x-codes']['malformed']?.reasons ?? []).filter((reason) => /^login_|^piled_/.test(reason));
  expect(logins.length).toBeGreaterThan(5);
  for (const { sentences } of [de, en]) {
    expect(logins.filter((reason) => !(`malformed.${reason}` in sentences))).toEqual([]);
  }
});

test('every field has a name in both languages, and each sentence names values that its code has', () => {
  for (const { fields, sentences } of [de, en]) {
    expect(Object.keys(fields).sort()).toEqual([...Problem.properties.params.properties.field.enum].sort());
    for (const [key, sentence] of Object.entries(sentences)) {
      const { params } = Problem['x-codes'][key.split('.')[0] ?? ''] ?? { params: [] };
      const named = [...[sentence].flat().join(' ').matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '');
      const source: Record<string, string> = { size: 'max', max_size: 'max', used_size: 'used', numbered: 'number' };
      expect(named.filter((name) => !params.includes(source[name] ?? name)).map((name) => `${key} ${name}`)).toEqual([]);
    }
  }
});
