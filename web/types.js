// Writes the types of what the server answers, from the schemas of its own description: `npm run types`.

import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

import openapiTS, { astToString } from 'openapi-typescript';

const schemas = new URL('./src/lib/api/schemas.json', import.meta.url);
const types = new URL('./src/lib/api/schemas.ts', import.meta.url);
const HEADER = '// What the server answers, as `schemas.json` has it. Written by `npm run types`, not by hand.\n\n';

/** The types as text. */
export async function made() {
  return HEADER + astToString(await openapiTS(schemas));
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(types, await made());
