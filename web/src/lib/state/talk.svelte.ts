// All conversations, what was tapped in them, and what was deleted. Made with the first one.

import type { Api } from '../api/client';
import { TalkApi, type Target } from '../api/talk';
import type { Comment, ReactionCount } from '../api/types';
import { all } from '../dom/events';
import { baseOf } from '../format/emoji';
import type { I18n } from '../i18n/index.svelte';
import { sentenceOf } from '../i18n/server';
import { say } from '../i18n/talk';
import type { Announcer } from './announcer.svelte';
import type { Connection } from './connection.svelte';
import { Conversation } from './conversation.svelte';
import type { CommentEvent } from './thread';
import { Deletions } from './deletions.svelte';
import type { Feeds } from './feed.svelte';
import { Outbox } from './outbox.svelte';
import type { UnsentItem } from './outbox-store';
import { Reactions, withMine } from './reactions.svelte';
import type { Router } from './router.svelte';
import type { Session } from './session.svelte';
import type { Toasts } from './toasts.svelte';
import type { WindowDrafts } from './window-drafts';
import { showWords } from './words-note';

/** What it needs from the app. */
interface Deps {
  api: Pick<Api, 'request' | 'report'>;
  session: Session;
  connection: Connection;
  feeds: Feeds;
  announcer: Announcer;
  router: Pick<Router, 'route'>;
  toasts: Toasts;
  i18n: Pick<I18n, 't' | 'language' | 'locale'>;
  drafts: WindowDrafts;
}

/** How long one may read that a reaction wasn't sent, in milliseconds. */
const REFUSED_FOR = 20_000;

export class Talk {
  readonly api: TalkApi;
  readonly deletions: Deletions;
  /** What couldn't be sent yet. */
  readonly outbox: Outbox;

  #known = new Map<number, Conversation>();
  #reactions: Reactions;

  constructor(private readonly deps: Deps) {
    this.api = new TalkApi(deps.api);
    const { connection, session, toasts, i18n } = deps;
    this.outbox = new Outbox({
      api: this.api,
      connection,
      session,
      onsent: (item, comment) => this.#sent(item, comment),
      onrefused: (item, error) => this.#refused(item, error),
    });
    this.#reactions = new Reactions(this.api, {
      mayReact: (target, emoji) => this.outbox.mayReact(target, emoji),
      keep: ({ user, ...wish }) => this.outbox.add(user, { kind: 'reaction', ...wish, at: Date.now() }),
    });
    const words = { deleted: () => say(i18n, 'comment.deleted'), undo: () => i18n.t('share.undo') };
    this.deletions = new Deletions({ delete: this.api.deleteComment }, toasts, words);
  }

  /** Runs until the returned function is called. */
  start(): () => void {
    const { session, connection } = this.deps;
    return all(
      this.deletions.start(),
      this.outbox.start(),
      session.beforeSignOut(() => this.deletions.flush()),
      // What couldn't be sent for want of a connection goes now.
      connection.onReconnect(() => {
        for (const each of this.#known.values()) each.reconnected();
      }),
    );
  }

  /** What is said to a share; the same object for all who ask. */
  of(share: number): Conversation {
    const known = this.#known.get(share) ?? this.#make(share);
    this.#known.set(share, known);
    return known;
  }

  /** Takes what has happened to a comment; false if its share has to be read to know how that is by now. */
  hear(share: number, event: CommentEvent): boolean {
    return this.#known.get(share)?.apply(event) ?? false;
  }

  /** Takes the reactions to a share, or to one of its comments, as they are by now; false if its conversation isn't known. */
  reacted(share: number, comment: number | null, reactions: ReactionCount[]): boolean {
    this.#known.get(share)?.settle(comment, () => reactions);
    return this.#known.has(share);
  }

  #make(share: number): Conversation {
    const { session, feeds, announcer, router, i18n, drafts } = this.deps;
    return new Conversation(share, {
      api: this.api,
      session,
      drafts,
      feeds,
      outbox: this.outbox,
      onkept: () => announcer.say(say(i18n, 'outbox.kept')),
      onheard: (comments) => {
        const last = comments.at(-1);
        // Where it isn't shown, its notice is said.
        const { page } = router.route;
        if (last && (page === 'space' || page === 'share')) announcer.say(say(i18n, 'comment.heard', { name: last.user.name, text: last.text }));
      },
    });
  }

  /** What a target shows of its reactions. */
  reactions(target: Target, counts: readonly ReactionCount[]): ReactionCount[] {
    const waiting = this.outbox.reactions(target).reduce((all, { emoji, mine }) => withMine(all, emoji, mine), [...counts]);
    return this.#reactions.shown(target, waiting);
  }

  /** Emoji of a target that wait to be sent, or to be taken back. */
  unsent(target: Target): string[] {
    return this.outbox.reactions(target).map(({ emoji }) => baseOf(emoji));
  }

  /** What has waited is at the server. */
  #sent(item: UnsentItem, comment: Comment | null): void {
    const conversation = this.#known.get(item.share);
    if (comment) conversation?.apply({ comment, isNew: true });
    else if (item.kind === 'reaction') conversation?.settle(commentOf(item.target), (counts) => withMine(counts, item.emoji, item.mine));
  }

  #refused(item: UnsentItem, error: unknown): void {
    const { toasts, i18n } = this.deps;
    const reason = sentenceOf(i18n, error);
    // What can't be taken back isn't there any more.
    if (item.kind === 'reaction' && !item.mine) return;
    if (item.kind === 'reaction') toasts.show(say(i18n, 'outbox.reaction_refused', { emoji: item.emoji, reason }), { ms: REFUSED_FOR });
    else {
      const text = say(i18n, 'outbox.comment_refused', { text: item.text, reason });
      showWords(this.deps, { text, words: item.text, copy: say(i18n, 'lost.copy'), copied: say(i18n, 'lost.copied') });
    }
    void this.#known.get(item.share)?.refresh();
  }

  /** Reacts to a share or to one of its comments, or takes that back; `refused` is called with the reason if it can't be. */
  react(conversation: Conversation, comment: Comment | null, emoji: string, refused: (error: unknown) => void): void {
    const target: Target = comment ? `comments/${comment.id}` : `shares/${conversation.share}`;
    const now = () => (comment ? conversation.comments.find(({ id }) => id === comment.id)?.reactions : conversation.reactions) ?? [];
    const mine = !isMine(this.reactions(target, now()), emoji);
    void this.#reactions.set({ user: this.deps.session.me.id, share: conversation.share, target, emoji, mine }, {
      onsettled: (emoji, mine) => conversation.settle(comment?.id ?? null, (counts) => withMine(counts, emoji, mine)),
      onrefused: (error) => {
        refused(error);
        // It may be gone.
        void conversation.refresh();
      },
    });
  }

  /** Nothing that one person read or began is there for the next. */
  clear(): void {
    for (const each of this.#known.values()) each.leave();
    this.#known.clear();
    this.#reactions.clear();
    this.deletions.clear();
    this.outbox.clear();
  }
}

/** The comment that a reaction is to; null if it is to the share itself. */
const commentOf = (target: Target) => (target.startsWith('comments/') ? Number(target.split('/')[1]) : null);

const isMine = (counts: readonly ReactionCount[], emoji: string) => counts.some((each) => each.mine && each.emoji === emoji);
