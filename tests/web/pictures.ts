// Takes the pictures in docs/screens/.

import { join } from 'node:path';

import { test } from './fixtures.ts';
import { tour } from './screens.ts';

/** The most telling screens. */
const KEPT = ['sign-in', 'home', 'space', 'photos', 'viewer', 'members', 'operator'];
const FOLDER = join(import.meta.dirname, '../../docs/screens');

for (const [where, viewport] of [
  ['desk', { width: 1280, height: 800 }],
  ['phone', { width: 390, height: 844 }],
] as const) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${where}, ${colorScheme}`, async ({ newPerson }) => {
      test.slow();
      const ann = await newPerson('Ann', { colorScheme, viewport, reducedMotion: 'reduce' });
      await tour(ann, async ({ name }) => {
        if (!KEPT.includes(name)) return;
        await ann.page.screenshot({ path: join(FOLDER, `${name}-${where}-${colorScheme}.png`) });
      });
    });
  }
}
