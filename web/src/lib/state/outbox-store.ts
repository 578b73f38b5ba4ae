// Comments and reactions that couldn't be sent yet, as this browser keeps them for a user: all its windows have the same.

import type { Target } from '../api/talk';
import { Database } from '../dom/database';
import { baseOf } from '../format/emoji';

interface Unsent {
  share: number;
  /** When it was said, in milliseconds of the epoch: what was said first is sent first. */
  at: number;
}

export interface UnsentComment extends Unsent {
  kind: 'comment';
  /** Under which it is made once, however often it is sent. */
  key: string;
  text: string;
  /** The space that its share is in; earlier versions of the app didn't keep that. */
  space?: number;
}

/** A reaction, or that it is taken back: how it was left last. */
export interface UnsentReaction extends Unsent {
  kind: 'reaction';
  target: Target;
  emoji: string;
  mine: boolean;
}

export type UnsentItem = UnsentComment | UnsentReaction;

/** So many wait at most: who writes more is told so. */
const MAX = 500;
const PLACE = 'outbox';

/** Of a reaction, there is one for each emoji: the last tap counts. */
const idOf = (item: UnsentItem) => (item.kind === 'comment' ? item.key : `${item.target} ${baseOf(item.emoji)}`);

export class OutboxStore {
  private constructor(private readonly db: Database) {}

  /** That of a user; null where the browser keeps nothing. */
  static async open(user: number): Promise<OutboxStore | null> {
    try {
      return new OutboxStore(await Database.open(user));
    } catch {
      return null;
    }
  }

  /** All that waits, the first first. */
  async all(): Promise<UnsentItem[]> {
    const items = (await this.db.values([PLACE])) as UnsentItem[];
    return items.sort((one, other) => one.at - other.at);
  }

  /** Keeps one, after all that are there. Throws if it can't. */
  async add(item: UnsentItem): Promise<void> {
    const known = await this.all();
    const isThere = known.some((each) => idOf(each) === idOf(item));
    if (known.length >= MAX && !isThere) throw new Error('too many');
    // A clock that was set back changes no order.
    const at = Math.max(item.at, (known.at(-1)?.at ?? 0) + 1);
    await this.db.put([PLACE, idOf(item)], { ...item, at });
  }

  /** Takes one out, unless it was changed meanwhile. */
  async remove(item: UnsentItem): Promise<void> {
    await this.db.deleteIf([PLACE, idOf(item)], (kept) => (kept as UnsentItem | undefined)?.at === item.at);
  }

  close(): void {
    this.db.close();
  }
}
