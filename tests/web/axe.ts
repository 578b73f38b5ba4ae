// What axe finds on a page, as text.

import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** Each violation on a line, after the name of the screen. */
export async function findings(page: Page, screen: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).options({ rules: { 'target-size': { enabled: true } } }).analyze();
  return violations.map(
    ({ id, help, nodes }) => `${screen}: ${id}: ${help}: ${nodes.map((node) => node.html).join(' | ')}`,
  );
}
