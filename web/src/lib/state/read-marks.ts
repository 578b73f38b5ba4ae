// Tells the server what one has seen, so that it is new on none of one's devices any more. Loaded with the first feed.

import type { Api } from '../api/client';
import { ApiError, isPassing } from '../api/errors';
import type { Share } from '../api/types';
import { all } from '../dom/events';
import type { Connection } from './connection.svelte';
import type { Live } from './live.svelte';
import { lastSaid } from './news-line';
import type { Spaces } from './spaces.svelte';

/** In milliseconds: what is seen within this time is told together. */
const TOGETHER = 700;
/** In milliseconds: what the server can't take just now is told again after this time, unless it wants more. */
const AGAIN = 20_000;

type Seen = Pick<Share, 'id' | 'comments'>;

interface How {
  /** On its own page. */
  alone?: boolean;
  /** It has come after others that have higher ids: its photos took longer. */
  isLate?: () => boolean;
}

interface Deps {
  api: Pick<Api, 'request'>;
  connection: Pick<Connection, 'onReconnect'>;
  live: Pick<Live, 'works' | 'on'>;
  spaces: Pick<Spaces, 'find' | 'markRead' | 'reload'>;
}

export class ReadMarks {
  /** What is to be told, by its space. */
  #waiting = new Map<number, Map<number, Seen>>();
  /** What had been said to each share when it was seen. */
  #known = new Map<number, string>();
  /** Those that have come to be meanwhile: whether something is unread may not have been asked since. */
  #fresh = new Set<number>();
  /** Those of which a mark at a newer one says nothing. */
  #apart = new Set<number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isTelling = false;

  constructor(private readonly deps: Deps) {}

  /** Runs until the returned function is called. */
  start(): () => void {
    return all(
      this.deps.connection.onReconnect(() => this.#soon()),
      this.deps.live.on(({ kind, data }) => kind === 'share.created' && this.#fresh.add(data.id)),
      () => clearTimeout(this.#timer),
    );
  }

  clear(): void {
    clearTimeout(this.#timer);
    // What is being told belongs to these, and nothing of it to the next user.
    this.#waiting = new Map();
    this.#known = new Map();
    this.#fresh.clear();
    this.#apart.clear();
  }

  /** A share was seen in the feed, with those that are newer than it above it; or `alone`, on its own page. */
  see(space: number, share: Seen, { alone = false, isLate = () => alone }: How = {}): void {
    const { count } = share.comments;
    const before = this.#known.get(share.id);
    if (before === lastSaid(share)) return;
    const mine = this.deps.spaces.find(space);
    const unread = mine?.unread ?? 0;
    const isBehind = share.id <= (mine?.last_read_share_id ?? 0);
    const isApart = isLate();
    // What was said to it later is read with it; where nothing is unread, that isn't said again.
    const isRead = before === undefined && unread === 0 && !(isApart && this.#fresh.has(share.id));
    if (isBehind && (isRead || (count === 0 && !isApart))) {
      this.#known.set(share.id, lastSaid(share));
      return;
    }
    // A mark at it would pass over others that weren't seen.
    if (alone && (!isBehind || count === 0) && unread > 1 + count) return;
    if (isApart) this.#apart.add(share.id);
    const waiting = this.#waiting.get(space) ?? new Map<number, Seen>();
    waiting.set(share.id, share);
    this.#waiting.set(space, waiting);
    this.#soon();
  }

  #soon(after = TOGETHER): void {
    clearTimeout(this.#timer);
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => void this.#tell(), after);
  }

  async #tell(): Promise<void> {
    if (this.#isTelling) return this.#soon();
    this.#isTelling = true;
    let lost: ApiError | null = null;
    const [all, known] = [this.#waiting, this.#known];
    for (const [space, seen] of [...all]) {
      all.delete(space);
      const newest = Math.max(...seen.keys());
      // The newest says that those behind it are read. What was said to them may be later than it, and so may they be themselves.
      const told = [...seen.values()].filter(({ id, comments }) => id === newest || comments.count > 0 || this.#apart.has(id));
      for (const share of told.sort((one, other) => other.id - one.id)) {
        if (all === this.#waiting) lost = (await this.#mark(space, share)) ?? lost;
      }
      for (const share of seen.values()) if (!lost) known.set(share.id, lastSaid(share));
    }
    this.#isTelling = false;
    if (all !== this.#waiting) return;
    // The connection says when the server can be reached again, and nobody when it can take this.
    if (lost && !lost.unreachable) this.#soon(Math.max(AGAIN, (lost.retryAfter ?? 0) * 1000));
    // Where changes don't arrive by themselves.
    if (!this.deps.live.works && !lost) void this.deps.spaces.reload();
  }

  /** What keeps it from the server, for which it waits; null once the server knows it, or doesn't want to. */
  async #mark(space: number, share: Seen): Promise<ApiError | null> {
    const all = this.#waiting;
    try {
      await this.deps.api.request('PUT', `/spaces/${space}/read`, { json: { share_id: share.id } });
      if (all === this.#waiting) this.deps.spaces.markRead(space, share.id);
      return null;
    } catch (error) {
      if (!(error instanceof ApiError && isPassing(error))) return null;
      const waiting = all.get(space) ?? new Map<number, Seen>();
      if (!waiting.has(share.id)) waiting.set(share.id, share);
      all.set(space, waiting);
      return error;
    }
  }
}
