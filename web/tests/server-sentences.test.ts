import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { translate } from '../src/lib/i18n/server';
import { sentences } from '../src/lib/i18n/server.de';

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
  expect(translate('de', 'too_large', 'Photo max 25 MiB')).toBe('Das Foto darf höchstens 25 MiB haben');
});

test("what has no translation stays in the server's words", () => {
  expect(translate('en', 'not_an_admin', 'User not admin')).toBeNull();
  expect(translate('de', 'malformed', 'The form ends in the middle')).toBeNull();
  expect(translate('de', 'too_short', 'Something quite different')).toBeNull();
  expect(translate('de', 'constructor', 'x')).toBeNull();
});

test('every translated refusal is one that the server has', () => {
  expect(Object.keys(sentences).filter((code) => !server.includes(`"${code}"`))).toEqual([]);
});
