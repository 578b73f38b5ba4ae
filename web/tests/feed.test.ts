// The feed, against a server that others use at the same time, on a line where answers overtake each other.

import { beforeEach, expect, test } from 'vitest';

import { Feed } from '../src/lib/state/feed.svelte';
import type { Page, Share } from '../src/lib/api/types';
import { userOf } from './photos';

const line = { ask: (_limit: number, _below: number): Promise<unknown> => Promise.reject(new Error('no line')) };

const api = {
  shares: (_space: number, limit: number) => line.ask(limit, Infinity) as Promise<Page<Share>>,
  moreShares: (next: string) => line.ask(...(next.split(' ').map(Number) as [number, number])) as Promise<Page<Share>>,
};
const session = { me: userOf(1, 'Ann') };

const ME = 1;
const OTHER = 2;

/** Numbers that look random and are the same each time. */
function dice(seed: number): (sides: number) => number {
  let state = seed * 2654435761 + 1;
  return (sides) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % sides;
  };
}

const share = (id: number, user: number, text: string): Share => ({
  id,
  user: userOf(user, user === ME ? 'Ann' : 'Bob'),
  text,
  timestamp: '2026-01-01T00:00:00Z',
  edited_at: null,
  version: '1',
  image_url: null,
  image: null,
  media: [],
  comments: { count: 0, latest: [] },
  reactions: [],
  mentions: [],
});

/** A server with a list of shares, and the line to it: each request waits to arrive, and each answer too. */
class World {
  list: Share[] = [];
  waiting: (() => void)[] = [];
  #ids = 0;
  #reserved: number[] = [];

  constructor(readonly roll: (sides: number) => number) {}

  /** A share by a user; some take an id long before they are listed, because of their photo. */
  create(user: number): Share {
    const id = user === OTHER && this.#reserved.length > 0 && this.roll(3) === 0 ? (this.#reserved.shift() as number) : (this.#ids += 1);
    const made = share(id, user, `first of ${id}`);
    this.list = [...this.list, made].sort((one, other) => other.id - one.id);
    return made;
  }

  reserve(): void {
    this.#reserved.push((this.#ids += 1));
  }

  ask(limit: number, below: number): Promise<Page<Share>> {
    return new Promise((resolve, reject) => {
      this.waiting.push(() => {
        // It has arrived, and this is the answer, which has a way to go yet.
        const older = this.list.filter(({ id }) => id < below);
        const rows = older.slice(0, limit);
        const next = older.length > limit ? `${limit} ${rows.at(-1)?.id ?? 0}` : null;
        const lost = this.roll(12) === 0;
        this.waiting.push(() => (lost ? reject(new Error('not-found')) : resolve({ rows, next })));
      });
    });
  }

  /** Something on the line gets on: any of it. */
  async move(): Promise<void> {
    const at = this.roll(this.waiting.length || 1);
    this.waiting.splice(at, 1)[0]?.();
    await settle();
  }
}

const settle = async () => {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve();
};

const ids = (shares: Share[]) => shares.map(({ id }) => id);

let world: World;
beforeEach(() => {
  line.ask = (limit, below) => world.ask(limit, below);
});

async function play(seed: number): Promise<void> {
  const roll = dice(seed);
  world = new World(roll);
  for (let there = roll(40); there > 0; there--) world.create(roll(3) === 0 ? ME : OTHER);
  const feed = new Feed(1, api, session);
  void feed.more();
  let unread = new Set<number>();
  /** What I shared, and was acknowledged, and haven't deleted. */
  const mine = new Set<number>();
  const check = (what: string) => {
    const [shown, waiting] = [ids(feed.shares), ids(feed.waiting)];
    const all = [...waiting, ...shown];
    const there = new Set(all);
    const must = (holds: boolean, sentence: string) => {
      if (!holds) expect.fail(`${what}: ${sentence}; waiting: ${waiting}; shown: ${shown}`);
    };
    must(all.every((id, at) => at === 0 || id < (all[at - 1] as number)), 'out of order, or twice');
    for (const { id } of world.list) must(!unread.has(id) || there.has(id), `${id} went unread`);
    const floor = shown.at(-1) ?? 0;
    for (const id of mine) must(id < floor || (there.has(id) && !waiting.includes(id)), `my own ${id} isn't shown`);
    unread = new Set(waiting);
  };
  for (let step = 0; step < 60; step++) {
    const deed = roll(16);
    const any = world.list[roll(world.list.length || 1)];
    if (deed < 3) world.create(OTHER);
    else if (deed === 3) world.reserve();
    else if (deed === 4 && any && !mine.has(any.id)) world.list = world.list.filter((each) => each !== any);
    else if (deed === 5 && any) world.list = world.list.map((each) => (each === any ? { ...any, text: `changed at ${step}` } : each));
    else if (deed === 6) {
      // I share; the answer comes a little later, when others may have looked, shared and deleted.
      const made = world.create(ME);
      for (let moves = roll(3); moves > 0; moves--) await world.move();
      feed.add(made);
      mine.add(made.id);
    } else if (deed === 7 && feed.shares.length > 0) {
      const old = feed.shares[roll(feed.shares.length)] as Share;
      if (world.list.some(({ id }) => id === old.id)) {
        const changed = { ...old, text: `by me at ${step}` };
        world.list = world.list.map((each) => (each.id === old.id ? changed : each));
        for (let moves = roll(3); moves > 0; moves--) await world.move();
        feed.replace(changed);
      }
    } else if (deed === 8 && feed.shares.length > 0) {
      const { id } = feed.shares[roll(feed.shares.length)] as Share;
      world.list = world.list.filter((each) => each.id !== id);
      mine.delete(id);
      for (let moves = roll(3); moves > 0; moves--) await world.move();
      feed.remove(id);
    } else if (deed === 9) void feed.more();
    else if (deed === 10) void feed.look();
    else if (deed === 11) void feed.look({ whole: roll(2) === 0, show: roll(4) === 0 });
    else if (deed === 12 && roll(4) > 0) {
      // The stream says how something is by now.
      if (any) feed.hear(any);
      else if (feed.shares[0]) feed.remove(feed.shares[0].id);
    } else if (deed === 12) {
      feed.showWaiting();
    } else if (deed === 13 && roll(60) === 0) {
      // Somebody was away for long, and much has come.
      for (let many = 600; many > 0; many--) world.create(OTHER);
    } else await world.move();
    // What is below these is loaded when one scrolls to it.
    if (world.list.length > 500) {
      mine.clear();
      unread.clear();
    }
    check(`seed ${seed}, step ${step}, deed ${deed}`);
  }
  // It grows quiet: what is on the line arrives, one looks once more, and sees what the server has.
  const quiet = async (task: () => Promise<void>) => {
    let done = false;
    void task().then(() => (done = true));
    while (!done) await world.move();
  };
  for (let tries = 0; tries < 40 && (!feed.ready || feed.error); tries++) await quiet(() => feed.more());
  while (world.waiting.length > 0) await world.move();
  feed.showWaiting();
  for (let tries = 0; tries < 6; tries++) await quiet(() => feed.look({ whole: true, show: true }));
  // A look goes down as far as the server returns at once.
  const reach = world.list.length > 500 ? (world.list[499] as Share).id : 0;
  const floor = Math.max(reach, feed.isWhole ? 0 : (feed.shares.at(-1)?.id ?? 0));
  const from = (rows: Share[]) => rows.filter(({ id }) => id >= floor);
  expect(from(feed.shares), `seed ${seed}, at rest`).toEqual(from(world.list));
  for (let tries = 0; tries < 400 && !feed.isWhole; tries++) await quiet(() => feed.more());
  const down = (rows: Share[]) => rows.filter(({ id }) => id >= reach);
  expect(down(feed.shares), `seed ${seed}, to its end`).toEqual(down(world.list));
}

test('whatever happens, in whatever order answers come: what is shown is what the server has', { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= 2000; seed++) await play(seed);
});

test('what has come to be while the first page was on its way is shown with it', async () => {
  let answer = (_page: unknown): void => undefined;
  line.ask = () => new Promise((resolve) => (answer = resolve));
  const feed = new Feed(1, api, session);
  const read = feed.more();
  feed.hear(share(2, OTHER, 'New'));
  answer({ rows: [share(1, OTHER, 'Old')], next: null });
  await read;
  expect([ids(feed.waiting), ids(feed.shares)]).toEqual([[], [2, 1]]);
});
