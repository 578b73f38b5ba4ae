// axe finds nothing on any screen, in both themes, at a desk and on a phone; and nothing is wider than the window.

import AxeBuilder from '@axe-core/playwright';

import { expect, test } from './fixtures.ts';
import { tour } from './screens.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [where, viewport] of [
    ['at a desk', { width: 1280, height: 800 }],
    ['on a small phone', { width: 320, height: 640 }],
  ] as const) {
    test(`everybody can use every screen, ${colorScheme}, ${where}`, async ({ somebody }) => {
      test.slow();
      const ann = await somebody('Ann', { colorScheme, viewport, reducedMotion: 'reduce' });
      const found: string[] = [];
      await tour(ann, async (screen) => {
        const { violations } = await new AxeBuilder({ page: ann.page }).analyze();
        for (const { id, help, nodes } of violations) {
          found.push(`${screen.name}: ${id}: ${help}: ${nodes.map((node) => node.html).join(' | ')}`);
        }
        const width = await ann.page.evaluate(() => document.documentElement.scrollWidth);
        if (width > viewport.width) found.push(`${screen.name}: ${width} pixels wide`);
      });
      expect(found).toEqual([]);
    });
  }
}
