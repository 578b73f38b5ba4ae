import { expect, test, vi } from 'vitest';

import { SingleFlight } from '../src/lib/state/single-flight';

/** Tasks that the test ends, with an error or without, in the order in which they began. */
function tasks() {
  const ends: ((error?: Error) => void)[] = [];
  const task = () =>
    new Promise<void>((resolve, reject) => ends.push((error) => (error === undefined ? resolve() : reject(error))));
  return { ends, task };
}

test('concurrent calls do it once, and a later call does it again', async () => {
  const { ends, task } = tasks();
  const once = new SingleFlight();
  const both = Promise.all([once.run(task), once.run(task)]);
  expect(ends.length).toBe(1);
  ends[0]?.();
  await both;
  void once.run(task);
  expect(ends.length).toBe(2);
});

test('what is to be done after a change is not taken for what began before it', async () => {
  const { ends, task } = tasks();
  const once = new SingleFlight();
  const early = once.run(task);
  const late = Promise.all([once.runAfter(task), once.runAfter(task)]);
  expect(ends.length).toBe(1);
  ends[0]?.(new Error('not-found'));
  await expect(early).rejects.toThrow('not-found');
  await vi.waitFor(() => expect(ends.length).toBe(2));
  ends[1]?.();
  await late;
  expect(ends.length).toBe(2);
});
