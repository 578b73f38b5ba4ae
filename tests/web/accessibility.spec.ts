// axe finds nothing on any screen, in both themes, at a desk and on a phone; and nothing is wider than the window.

import { findings } from './axe.ts';
import { expect, test } from './fixtures.ts';
import { tour } from './screens.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [where, viewport] of [
    ['at a desk', { width: 1280, height: 800 }],
    ['on a small phone', { width: 320, height: 640 }],
  ] as const) {
    const tag = (colorScheme === 'light') === (where === 'at a desk') ? [] : '@long';
    test(`every screen is accessible, ${colorScheme}, ${where}`, { tag }, async ({ newPerson }) => {
      test.slow();
      const ann = await newPerson('Ann', { colorScheme, viewport, reducedMotion: 'reduce' });
      const found: string[] = [];
      await tour(ann, async (screen) => {
        found.push(...(await findings(ann.page, screen.name)));
        const width = await ann.page.evaluate(() => document.documentElement.scrollWidth);
        if (width > viewport.width) found.push(`${screen.name}: ${width} pixels wide`);
      });
      expect(found).toEqual([]);
    });
  }
}
