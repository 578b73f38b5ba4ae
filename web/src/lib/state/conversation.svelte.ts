// What is said to a share, and what one is about to say. It outlives the card that shows it; the words also a reload.

import { ApiError, isGone } from '../api/errors';
import type { TalkApi } from '../api/talk';
import type { Comment, Conversation as Summary, ReactionCount, Share } from '../api/types';
import { freshKey } from '../api/key';
import { keepDraft, places, readDraft } from '../forms/drafts';
import { lengthOf } from '../format/length';
import type { Feeds } from './feed.svelte';
import { withMine } from './reactions.svelte';
import { RequestOrder } from './request-order';
import type { Session } from './session.svelte';
import { drop, follow, prepend, put, renew, summaryOf, thread, type Thread } from './thread';

/** How many older ones are read at once; and the most that the server returns. */
const [MORE, MOST] = [20, 500];

interface Deps {
  api: Pick<TalkApi, 'comments' | 'moreComments' | 'comment' | 'editComment'>;
  session: Pick<Session, 'me' | 'server'>;
  feeds: Pick<Feeds, 'of'>;
  /** Others have said something. */
  onheard: (comments: Comment[]) => void;
}

export class Conversation {
  text = $state('');
  sending = $state(false);
  /** Why it couldn't be sent. */
  error = $state.raw<unknown>(null);
  /** Older ones are being read, or couldn't be. */
  loading = $state(false);
  unread = $state.raw<unknown>(null);

  /** How often something was changed here: answers that are under way don't know of it. */
  changes = $state(0);

  #thread = $state.raw<Thread>(thread({ count: 0, latest: [] }));
  #reactions = $state.raw<readonly ReactionCount[]>([]);
  #space = 0;
  #me: number;
  #key: string;
  /** The newest that is known, so that it is told once. */
  #heard: number | null = null;
  #turns = new RequestOrder();

  constructor(
    readonly share: number,
    private readonly deps: Deps,
  ) {
    this.#me = deps.session.me.id;
    this.text = readDraft(this.#me, places.comment(share)) ?? '';
    this.#key = readDraft(this.#me, places.commentKey(share)) ?? freshKey();
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

  /** Whether there are words, and not too many. */
  get canSend(): boolean {
    const max = this.deps.session.server?.limits.comment_max ?? Infinity;
    return this.text.trim() !== '' && lengthOf(this.text) <= max;
  }

  /** Takes what a share says by now. */
  take(space: number, share: Pick<Share, 'comments' | 'reactions'>): void {
    this.#space = space;
    this.#reactions = share.reactions;
    const followed = follow(this.#thread, share.comments);
    if (followed) this.#hear(followed);
    else void this.refresh(share.comments);
  }

  /** Something has happened to it. */
  apply(event: { comment: Comment } | { deleted: number }): void {
    this.#turns.changed();
    this.#hear('comment' in event ? put(this.#thread, event.comment) : drop(this.#thread, event.deleted));
    this.#tell();
  }

  #hear(heard: Thread): void {
    this.#thread = heard;
    const before = this.#heard;
    this.#heard = Math.max(before ?? 0, ...heard.rows.map(({ id }) => id));
    if (before === null) return;
    const fresh = heard.rows.filter(({ id, user }) => id > before && user.id !== this.#me);
    if (fresh.length > 0) this.deps.onheard(fresh);
  }

  write(text: string): void {
    this.text = text;
    this.error = null;
    // Other words are another comment.
    this.#key = freshKey();
    keepDraft(this.#me, places.comment(this.share), text);
    keepDraft(this.#me, places.commentKey(this.share), null);
  }

  /** Sends it. Sent again because the answer was lost, also after a reload, it is there once. */
  async send(): Promise<void> {
    if (this.sending || !this.canSend) return;
    this.sending = true;
    this.error = null;
    keepDraft(this.#me, places.commentKey(this.share), this.#key);
    try {
      const comment = await this.deps.api.comment(this.share, this.text, this.#key);
      this.write('');
      this.apply({ comment });
    } catch (error) {
      // A user who has to sign in again finds everything as it was, and no error.
      this.error = error instanceof ApiError && ['unauthorized', 'other_account'].includes(error.code) ? null : error;
    } finally {
      this.sending = false;
    }
  }

  /** Throws if it is refused. */
  async edit(id: number, text: string): Promise<void> {
    this.apply({ comment: await this.deps.api.editComment(id, text) });
  }

  /** It is gone. What the share shows then is read, where it isn't known. */
  async forget(id: number): Promise<void> {
    this.apply({ deleted: id });
    if (this.#thread.rows.length < 2 && this.older > 0) await this.refresh();
  }

  /** The server has a reaction to the share, or to a comment, or has it no more. */
  settle(comment: number | null, emoji: string, mine: boolean): void {
    if (comment === null) this.#reactions = withMine(this.#reactions, emoji, mine);
    const found = this.#thread.rows.find(({ id }) => id === comment);
    if (found) this.#thread = put(this.#thread, { ...found, reactions: withMine(found.reactions, emoji, mine) });
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
      if (typeof next === 'string') this.#thread = prepend(this.#thread, await this.deps.api.moreComments(next));
      else await this.#renew(this.#thread.rows.length + MORE);
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
    for (;;) {
      const turn = this.#turns.begin();
      const page = await this.deps.api.comments(this.share, Math.min(MOST, limit));
      if (!this.#turns.takes(turn)) continue;
      this.#hear(renew(this.#thread, page, Math.max(count, this.#thread.count)));
      return;
    }
  }

  /** Tells the feed, so that the card is the same when it is shown again. */
  #tell(): void {
    this.changes += 1;
    this.deps.feeds.of(this.#space).update(this.share, (share) => ({ ...share, ...this.shown }));
  }
}
