import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(svelte|ts|css)$/.test(name))
  .map((name) => ({ name, text: readFileSync(join(root, 'src', name), 'utf8') }));

const having = (pattern: RegExp, only = /./) =>
  sources.filter(({ name, text }) => only.test(name) && pattern.test(text)).map(({ name }) => name);

test('no markup has a style or a script of its own, which the policy of the pages forbids', () => {
  expect(having(/<[^>]+\sstyle=/, /svelte$/)).toEqual([]);
  expect(having(/style:[\w-]+="[^"{]+"/, /svelte$/)).toEqual([]);
  const page = readFileSync(join(root, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
});

test('only the API and the service worker speak to the server', () => {
  expect(having(/\bfetch\(/).sort()).toEqual(['lib/api/client.ts', 'lib/api/events/stream.ts', 'sw/push.ts', 'sw/shell.ts']);
});

test('components show and fetch nothing', () => {
  expect(having(/lib\/api\/(client|upload)'|\bapi\b[^']*= useApp\(/, /^components/)).toEqual([]);
});

test('nothing that lives is made when a file is loaded: the app is made once, at its root', () => {
  expect(having(/^(export )?(const|let) \w+( =|: [^=]+=) new (?!Map|Set|RegExp)/m, /^(lib|features|components|pages)/)).toEqual([]);
  expect(having(/^let /m, /^lib.*\.ts$/)).toEqual([]);
  expect(having(/new App\(/)).toEqual(['App.svelte']);
});

test('colours are in the tokens', () => {
  expect(having(/#[0-9a-f]{3,8}\b(?!['\]}])|\brgb\(/i, /(svelte|css)$/)).toEqual([]);
});

test('every component says what it is for', () => {
  const mute = sources.filter(({ name, text }) => name.endsWith('.svelte') && !text.startsWith('<!-- '));
  expect(mute.map(({ name }) => name)).toEqual([]);
});

test('every file of code says what it is for', () => {
  const mute = sources.filter(({ name, text }) => /^(lib|features|docs)\b.*\.ts$/.test(name) && !text.startsWith('// '));
  expect(mute.map(({ name }) => name)).toEqual([]);
});
