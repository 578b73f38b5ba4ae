// People talk, in random steps, and all of them always see what the server has. `TALK_SEED` repeats a run; `TALK_MINUTES`
// makes it longer.

import { expect, test } from './fixtures.ts';
import { Talk, chance } from './talk.ts';

const MINUTES = Number(process.env['TALK_MINUTES'] ?? 0);
const SEED = Number(process.env['TALK_SEED'] ?? 7);
/** The number of steps, unless a time is set. */
const STEPS = 6;

for (const logins of [
  ['Ann', 'Bob'],
  ['Ann', 'Bob', 'Cleo'],
]) {
  const tag = logins.length === 2 ? '@long' : [];
  test(`${logins.length} people talk, and each screen shows what the server has`, { tag }, async ({ server, newPerson }) => {
    test.setTimeout((MINUTES + 4) * 60_000);
    const people = await Promise.all(logins.map((login) => newPerson(login)));
    const talk = new Talk(server, people, chance(SEED + logins.length));
    await talk.begin();
    const end = Date.now() + MINUTES * 60_000;
    while (MINUTES > 0 ? Date.now() < end : talk.steps.length < STEPS) await talk.step();
    console.log(`${talk.steps.length} steps of ${logins.join(', ')}`);
    expect(talk.steps.length).toBeGreaterThanOrEqual(STEPS);
  });
}
