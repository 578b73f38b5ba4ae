import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { ApiError } from '../src/lib/api/errors';
import { reasons } from '../src/lib/i18n/photos.de';
import { generalOf, translate } from '../src/lib/i18n/server';
import * as de from '../src/lib/i18n/server.de';
import * as en from '../src/lib/i18n/server.en';

const server = readFileSync(join(import.meta.dirname, '../../src/error.rs'), 'utf8');

test('German readers read German refusals', () => {
  expect(translate('de', 'not_an_admin', 'User not admin')).toBe('Das dürfen nur die Admins dieses Raums');
  expect(translate('de', 'too_short', 'Text min 3 characters')).toBe('Der Text muss mindestens 3 Zeichen haben');
  expect(translate('de', 'no_such_login', "User with login '{1} $& Bo' doesn't exist")).toBe(
    'Niemand hat hier den Anmeldenamen „{1} $& Bo“',
  );
  expect(translate('de', 'too_many_attempts', 'Too many attempts, try again in 1 second')).toBe(
    'Zu viele Versuche. Versuch es in 1 Sekunde noch einmal',
  );
  expect(translate('de', 'too_large', 'Photo max 25 MiB')).toBe('Das Foto darf höchstens 25 MiB groß sein');
});

test('a code with several sentences has each of them, and one for the rest', () => {
  expect(translate('de', 'malformed', 'Login cannot mix letters of different scripts')).toBe(
    'Der Anmeldename darf keine Buchstaben verschiedener Schriften mischen',
  );
  expect(translate('de', 'malformed', 'The form ends in the middle')).toBe('So konnte der Server das nicht verstehen');
});

test('English readers read sentences for people, where those of the server are for programs', () => {
  expect(translate('en', 'not_an_admin', 'User not admin')).toBe('Only the admins of this space can do that');
  expect(translate('en', 'no_such_space', "Space with ID '7' doesn't exist")).toBe('This space doesn’t exist, or no longer does');
  expect(translate('en', 'malformed', 'Login cannot mix letters of different scripts')).toBe(
    'The login name cannot mix letters of different scripts',
  );
  // What is said to people already is repeated.
  expect(translate('en', 'photo_damaged', 'Photo is damaged: it lacks a table')).toBeNull();
});

test('no word of the server stays in English within a sentence of another language', () => {
  expect(translate('de', 'too_long', 'Caption max 100 characters')).toBeNull();
  expect(translate('de', 'photo_damaged', 'Photo is damaged: it is too blue')).toBe('Dieses Foto ist beschädigt');
  expect(translate('de', 'photo_damaged', 'Photo is damaged: it ends before the picture does')).toBe(
    'Dieses Foto ist beschädigt: Es endet, bevor das Bild zu Ende ist',
  );
});

test('why a photo is refused is said in German as exactly as in English', () => {
  const folder = join(import.meta.dirname, '../../crates/picture/src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs'));
  const said = files.flatMap((name) => {
    const code = readFileSync(join(folder, name), 'utf8').split('#[cfg(test)]')[0] ?? '';
    return [...code.matchAll(/\b(?:Damaged|NotShown)\(\s*"([^"]+)"/g)].map((found) => found[1] ?? '');
  });
  expect(Object.keys(reasons).sort()).toEqual([...new Set(said)].sort());
});

test('what is unknown is said in general, in the language of the page', () => {
  expect(translate('de', 'too_short', 'Something quite different')).toBeNull();
  expect(translate('de', 'constructor', 'x')).toBeNull();
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

test('every refusal of the server is translated, and none that it has not', () => {
  const kinds = server.slice(server.indexOf('fn kind('), server.indexOf('impl Error {', server.indexOf('fn kind(')));
  const codes = [...kinds.matchAll(/\(\*?\w+, "(\w+)"\)/g)].map((found) => found[1] ?? '');
  expect(codes.length).toBeGreaterThan(60);
  expect([...new Set(codes)].filter((code) => code !== 'http' && !(code in de.sentences))).toEqual([]);
  for (const { sentences } of [de, en]) expect(Object.keys(sentences).filter((code) => !codes.includes(code))).toEqual([]);
});

test('every sentence about logins has words of its own', () => {
  const login = readFileSync(join(import.meta.dirname, '../../src/domain/text/login.rs'), 'utf8').split('#[cfg(test)]')[0] ?? '';
  const said = [...login.matchAll(/"(Login [^"]+)"/g)].map((found) => found[1] ?? '');
  expect(said.length).toBeGreaterThan(4);
  const rest = translate('de', 'malformed', '');
  expect(said.filter((sentence) => translate('de', 'malformed', sentence) === rest)).toEqual([]);
});
