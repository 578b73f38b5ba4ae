// Writes the emoji of the picker, in the order and the groups of Unicode: `npm run emoji`. Those of later versions than 13 are left
// out, which older devices can't draw, and so are flags, which some systems don't have; the keyboard has them all.

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const NEWEST = 13;
const groups = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('unicode-emoji-json/data-by-group.json'), 'utf8'));
const kept = groups.filter(({ slug }) => slug !== 'flags');
const lines = kept.map(({ emojis }) => {
  const old = emojis.filter(({ emoji_version }) => Number(emoji_version) <= NEWEST);
  return `  '${old.map(({ emoji }) => emoji).join(' ')}',`;
});
const head = `// The emoji of Unicode up to version ${NEWEST}, without flags, as \`npm run emoji\` takes them from unicode-emoji-json (MIT), which has
// them from Unicode's emoji data (Unicode License V3). Not written by hand.`;
writeFileSync(
  new URL('src/features/talk/emoji-list.ts', import.meta.url),
  `${head}\n\n/** Smileys, people, animals, food, places, activities, objects, symbols; in each, emoji with spaces between. */\nexport const groups: readonly string[] = [\n${lines.join('\n')}\n];\n`,
);
