import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { api } from '../proxy';

const folder = join(import.meta.dirname, '../../src/api');
const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs'));
const text = sources.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
const paths = [...text.matchAll(/^#\[(?:get|post|put|patch|delete)\("([^"]+)"/gm)].map(([, path]) => path ?? '');

test('while developing, every address of the API is asked of the server, and none of the app', () => {
  const app = ['/', '/app/<_..>', '/app/sw.js', '/app/share-target', '/docs', '/assets/<name>'];
  const asked = (path: string) => new RegExp(api).test(path);
  expect(paths.length).toBeGreaterThan(30);
  expect(paths.filter((path) => asked(path) === app.includes(path))).toEqual([]);
  const own = ['/?token=1', '/app/login', '/docs.html', '/favicon.svg', '/src/main.ts', '/@vite/client', '/node_modules/.vite/deps/svelte.js?v=1'];
  expect(own.filter(asked)).toEqual([]);
  expect(['/spaces?limit=1', '/photos/1-2.jpg?expires=1', '/something-new/1'].filter((path) => !asked(path))).toEqual([]);
});
