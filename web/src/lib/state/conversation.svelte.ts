// What is said to a share, and what one is about to say. It outlives the card that shows it.

import { isGone } from '../api/errors';
import type { TalkApi } from '../api/talk';
import type { Comment, Conversation as Summary, ReactionCount, Share } from '../api/types';
import { CommentDraft, type DraftDeps } from './comment-draft.svelte';
import type { Feeds } from './feed.svelte';
import { RequestOrder } from './request-order';
import { type CommentEvent, follow, hear, prepend, put, renew, summaryOf, thread, type Thread } from './thread';

/** How many older ones are read at once; and the most that the server returns. */
const [MORE, MOST] = [20, 500];

interface Deps extends DraftDeps {
  api: Pick<TalkApi, 'comments' | 'moreComments' | 'comment' | 'editComment'>;
  feeds: Pick<Feeds, 'of'>;
  /** Others have said something. */
  onheard: (comments: Comment[]) => void;
}

export class Conversation extends CommentDraft {
  /** Older ones are being read, or couldn't be. */
  loading = $state(false);
  unread = $state.raw<unknown>(null);

  /** How often something was changed here: answers that are under way don't know of it. */
  changes = $state(0);

  #thread = $state.raw<Thread>(thread({ count: 0, latest: [] }));
  #reactions = $state.raw<readonly ReactionCount[]>([]);
  #place = 0;
  /** The newest that is known, so that it is told once. */
  #heard: number | null = null;
  #turns = new RequestOrder();

  constructor(
    share: number,
    private readonly deps: Deps,
  ) {
    super(share, deps);
  }

  /** Oldest first, as far as they are known. */
  get comments(): readonly Comment[] {
    return this.#thread.rows;
  }

  get count(): number {
    return this.#thread.count;
  }

  /** How many older ones there are yet. */
  get older(): number {
    return Math.max(0, this.#thread.count - this.#thread.rows.length);
  }

  /** Those to the share itself. */
  get reactions(): readonly ReactionCount[] {
    return this.#reactions;
  }

  /** What the share shows of it. */
  get shown(): Pick<Share, 'comments' | 'reactions'> {
    return { comments: summaryOf(this.#thread), reactions: [...this.#reactions] };
  }

  /** Takes what a share says by now. */
  take(space: number, share: Pick<Share, 'comments' | 'reactions'>): void {
    this.#place = space;
    this.#reactions = share.reactions;
    const followed = follow(this.#thread, share.comments);
    if (followed) this.#hear(followed);
    else void this.refresh(share.comments);
  }

  /** Something has happened to it; false if the share has to be read to know how it is by now. */
  apply(event: CommentEvent): boolean {
    const heard = hear(this.#thread, event);
    if (!heard) return false;
    this.#turns.changed();
    this.#hear(heard);
    this.#tell();
    // What the share shows then is read, where it isn't known.
    if ('deleted' in event && heard.rows.length < 2 && this.older > 0) void this.refresh();
    return true;
  }

  protected override get space(): number {
    return this.#place;
  }

  protected override said(comment: Comment): void {
    this.apply({ comment, isNew: true });
  }

  #hear(heard: Thread): void {
    this.#thread = heard;
    const before = this.#heard;
    this.#heard = Math.max(before ?? 0, ...heard.rows.map(({ id }) => id));
    if (before === null) return;
    const fresh = heard.rows.filter(({ id, user }) => id > before && user.id !== this.me);
    if (fresh.length > 0) this.deps.onheard(fresh);
  }

  /** Throws if it is refused. */
  async edit(id: number, text: string): Promise<void> {
    this.apply({ comment: await this.deps.api.editComment(id, text), isNew: false });
  }

  /** The server has other reactions to the share, or to a comment, by now. */
  settle(comment: number | null, change: (counts: readonly ReactionCount[]) => ReactionCount[]): void {
    if (comment === null) this.#reactions = change(this.#reactions);
    const found = this.#thread.rows.find(({ id }) => id === comment);
    if (found) this.#thread = put(this.#thread, { ...found, reactions: change(found.reactions) });
    this.#turns.changed();
    this.#tell();
  }

  /** Reads older ones. */
  async more(): Promise<void> {
    if (this.loading) return;
    this.loading = true;
    this.unread = null;
    try {
      const { next } = this.#thread;
      if (typeof next === 'string') {
        const page = await this.deps.api.moreComments(next);
        // What was said, changed or deleted meanwhile stays so.
        this.#thread = prepend(this.#thread, page);
      } else await this.#renew(this.#thread.rows.length + MORE);
    } catch (error) {
      this.unread = error;
    } finally {
      this.loading = false;
    }
  }

  /** Reads again what is known. Fails silently: no user requested it. */
  async refresh(summary: Summary = summaryOf(this.#thread)): Promise<void> {
    try {
      const arrived = Math.max(0, summary.count - this.#thread.count);
      await this.#renew(Math.max(2, this.#thread.rows.length + arrived), summary.count);
    } catch (error) {
      if (isGone(error)) this.#thread = thread({ count: 0, latest: [] });
    }
  }

  /** Reads the newest, and again while the answer is older than what is known by then. */
  async #renew(limit: number, count = this.#thread.count): Promise<void> {
    const before = this.#thread.count;
    for (;;) {
      const turn = this.#turns.begin();
      const page = await this.deps.api.comments(this.share, Math.min(MOST, limit));
      if (!this.#turns.takes(turn)) continue;
      // What was said or deleted here meanwhile isn't counted yet.
      this.#hear(renew(this.#thread, page, count + this.#thread.count - before));
      return;
    }
  }

  /** Tells the feed, so that the card is the same when it is shown again. */
  #tell(): void {
    this.changes += 1;
    this.deps.feeds.of(this.space).update(this.share, (share) => ({ ...share, ...this.shown }));
  }
}
