import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { made } from '../types.js';

test('the types of what the server answers are those of its description; else: npm run types', async () => {
  const kept = readFileSync(join(import.meta.dirname, '../src/lib/api/schemas.ts'), 'utf8');
  expect(kept).toBe(await made());
});
