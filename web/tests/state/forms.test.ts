// What is sent to the server, and may be refused.

import { expect, test, vi } from 'vitest';

import { ApiError } from '../../src/lib/api/errors';
import { Choosing } from '../../src/lib/forms/choosing.svelte';
import { Submission } from '../../src/lib/forms/submission.svelte';
import { later, settle } from './browser';

test('a form is sent once at a time, says why it was refused, and forgets that when it is sent again', async () => {
  const submission = new Submission();
  const [first, second] = [later<undefined>(), later<undefined>()];
  const task = vi.fn().mockReturnValueOnce(first.promise).mockReturnValueOnce(second.promise);
  const running = submission.run(task);
  await submission.run(task);
  expect(task).toHaveBeenCalledOnce();
  first.reject(new ApiError(400, 'Name cannot be empty', 'blank'));
  await running;
  expect(submission.busy).toBe(false);
  expect(submission.error).toMatchObject({ code: 'blank' });
  const again = submission.run(task);
  expect(submission.error).toBeNull();
  second.resolve(undefined);
  await again;
  expect(submission.busy).toBe(false);
});

test('what is asked for while something is under way is done after it, each once and in its order', async () => {
  const submission = new Submission();
  const first = later<undefined>();
  const done: string[] = [];
  const tasks = [
    submission.runAfter(() => first.promise),
    ...['second', 'third'].map((name) => submission.runAfter(async () => void (await settle(), done.push(name)))),
  ];
  await settle();
  expect([submission.busy, done]).toEqual([true, []]);
  first.reject(new Error('no'));
  await Promise.all(tasks);
  expect([submission.busy, done]).toEqual([false, ['second', 'third']]);
});

interface Settings {
  level: string;
  push: boolean;
}

test('what is chosen while the choice before is on its way is saved after it, and shown all the time', async () => {
  const [first, second] = [later<undefined>(), later<undefined>()];
  const save = vi.fn().mockReturnValueOnce(first.promise).mockReturnValueOnce(second.promise);
  const choosing = new Choosing<Settings>(save);
  const chosen = choosing.choose({ level: 'none' });
  void choosing.choose({ push: false });
  void choosing.choose({ level: 'all' });
  expect(choosing.chosen).toEqual({ level: 'all', push: false });
  first.resolve(undefined);
  await settle();
  expect(choosing.chosen).toEqual({ level: 'all', push: false });
  second.resolve(undefined);
  await chosen;
  expect(save.mock.calls).toEqual([[{ level: 'none' }], [{ level: 'all', push: false }]]);
  expect([choosing.chosen, choosing.error]).toEqual([{}, null]);
});

test('a choice that is refused is taken back, and the next one is tried', async () => {
  const save = vi.fn().mockRejectedValueOnce(new Error('no')).mockResolvedValueOnce(undefined);
  const choosing = new Choosing<Settings>(save);
  await choosing.choose({ push: false });
  expect([choosing.chosen, choosing.error]).toEqual([{}, new Error('no')]);
  await choosing.choose({ level: 'none' });
  expect(save).toHaveBeenLastCalledWith({ level: 'none' });
  expect(choosing.error).toBeNull();
});
