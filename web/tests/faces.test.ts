import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { de } from '../src/lib/i18n/faces/de';
import { en } from '../src/lib/i18n/faces/en';

const namesIn = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

test('both languages say the same of names and pictures, and nothing that nobody reads', () => {
  expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  for (const [key, text] of Object.entries(en)) expect([key, namesIn(de[key as keyof typeof en])]).toEqual([key, namesIn(text)]);
  const folder = join(import.meta.dirname, '../src');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(features|pages).*\.svelte$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
  expect(Object.keys(en).filter((key) => !sources.includes(`'${key}'`))).toEqual([]);
});
