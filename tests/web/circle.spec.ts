// Three people on three devices: whatever they do, in the end each screen is as the server has it. `CIRCLE_MINUTES=10` is the long form;
// `CIRCLE_SEED` repeats a run.

import { expect, test } from './fixtures.ts';
import { Circle } from './circle.ts';
import { chance } from './talk.ts';

const MINUTES = Number(process.env['CIRCLE_MINUTES'] ?? 0);
const SEED = Number(process.env['CIRCLE_SEED'] ?? 19);
/** The number of steps between two events, unless a time is set. */
const STEPS = 4;

test('three people talk through a killed server, a lost line and a removal, and all screens agree with the server', async ({ server, newPerson }) => {
  test.setTimeout((MINUTES + 6) * 60_000);
  console.log(`CIRCLE_SEED=${SEED} CIRCLE_MINUTES=${MINUTES}`);
  const options = { serviceWorkers: 'allow' as const };
  const phone = { ...options, viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };
  const circle = new Circle(server, [await newPerson('Ann', options), await newPerson('Bob', phone), await newPerson('Cleo', options)], chance(SEED));
  await circle.begin();
  const begun = Date.now();
  const events = [() => circle.restart(), () => circle.lostLine(), () => circle.remove(), () => circle.agree()];
  for (const [at, event] of events.entries()) {
    const until = begun + ((at + 1) / events.length) * MINUTES * 60_000;
    for (let step = 0; MINUTES > 0 ? Date.now() < until : step < STEPS; step += 1) await circle.step();
    await event();
  }
  console.log(`${circle.steps.length} steps`);
  expect(circle.steps.length).toBeGreaterThan(STEPS * events.length);
});
