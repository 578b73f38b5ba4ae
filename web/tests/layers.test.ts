import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../src');

/** The floors of the app from the top down: each uses its own and those below it, and nothing above. `main.ts` and `App.svelte`
 * put everything together; `docs` is a page of its own, and `sw` the service worker. */
const FLOORS = [
  'main',
  'docs',
  'sw',
  'pages',
  'features',
  'components',
  'lib/state',
  'lib/i18n',
  'lib/forms',
  'lib/photos',
  'lib/api',
  'lib/dom',
  'lib/format',
  'styles',
];

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|svelte|css)$/.test(name));

/** The files of the app that a file imports, also those that it loads when they are needed. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const named = [...text.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*'(\.[^']+)'/g)].map(([, path = '']) => path);
  return named.map((path) => {
    const target = normalize(join(dirname(file), path));
    const found = ['', '.ts'].map((ending) => target + ending).find((name) => files.includes(name));
    if (found === undefined) throw new Error(`${file} imports ${path}, which isn't there`);
    return found;
  });
}

function floorOf(file: string): number {
  const parts = dirname(file).split('/');
  const name = parts[0] === 'lib' ? parts.slice(0, 2).join('/') : parts[0] === '.' ? 'main' : (parts[0] ?? '');
  return FLOORS.indexOf(name);
}

/** Things with arrows between them: one circle, if there is any, by the names on its way. */
function circleIn(arrows: Map<string, Set<string>>): string[] | null {
  const done = new Set<string>();
  const walk = (at: string, way: string[]): string[] | null => {
    if (way.includes(at)) return [...way.slice(way.indexOf(at)), at];
    if (done.has(at)) return null;
    for (const to of arrows.get(at) ?? []) {
      const circle = walk(to, [...way, at]);
      if (circle) return circle;
    }
    done.add(at);
    return null;
  };
  for (const start of arrows.keys()) {
    const circle = walk(start, []);
    if (circle) return circle;
  }
  return null;
}

const graph = new Map(files.map((file) => [file, new Set(importsOf(file))]));

test('every file belongs to a named layer', () => {
  expect(files.filter((file) => floorOf(file) < 0)).toEqual([]);
});

test('no file imports from a floor above its own', () => {
  const upward = [...graph].flatMap(([file, used]) =>
    [...used].filter((other) => floorOf(other) < floorOf(file)).map((other) => `${file} -> ${other}`),
  );
  expect(upward).toEqual([]);
});

test('a page imports no other page', () => {
  const across = [...graph].flatMap(([file, used]) => [...used].filter((other) => /^pages/.test(file) && /^pages/.test(other)));
  expect(across).toEqual([]);
});

test('no files import each other in a circle, not even their types', () => {
  expect(circleIn(graph)).toBeNull();
});

test('no features import each other in a circle', () => {
  const features = new Map<string, Set<string>>();
  for (const [file, used] of graph) {
    const own = dirname(file);
    if (!own.startsWith('features')) continue;
    const others = [...used].map((other) => dirname(other)).filter((other) => other.startsWith('features') && other !== own);
    features.set(own, new Set([...(features.get(own) ?? []), ...others]));
  }
  expect(features.size).toBeGreaterThan(5);
  expect(circleIn(features)).toBeNull();
});

test('a circle is found where there is one', () => {
  const arrows = (pairs: [string, string[]][]) => new Map(pairs.map(([from, to]) => [from, new Set(to)]));
  expect(circleIn(arrows([['a', ['b', 'c']], ['b', ['c']], ['c', []]]))).toBeNull();
  expect(circleIn(arrows([['a', ['b']], ['b', ['c']], ['c', ['b']]]))).toEqual(['b', 'c', 'b']);
});
