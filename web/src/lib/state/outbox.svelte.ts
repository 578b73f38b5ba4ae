// Sends what couldn't be sent when it was said, once each and in its order, by one window of the browser. It outlives the page.

import { ApiError, isAtDoor, isForLater } from '../api/errors';
import type { TalkApi } from '../api/talk';
import type { Comment } from '../api/types';
import { all } from '../dom/events';
import { own } from '../dom/own';
import { baseOf } from '../format/emoji';
import type { Connection } from './connection.svelte';
import type { UnsentItem, UnsentReaction } from './outbox-store';
import type { Session } from './session.svelte';
import { type Open, Unsent } from './unsent.svelte';

/** How long is waited, in milliseconds, before what the server couldn't take is sent again. */
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 60_000;

interface Deps {
  api: Pick<TalkApi, 'comment' | 'react'>;
  connection: Pick<Connection, 'lost' | 'onReconnect' | 'check'>;
  session: Pick<Session, 'user' | 'afterSignIn' | 'beforeSignOut'>;
  /** The server has it. */
  onsent: (item: UnsentItem, comment: Comment | null) => void;
  /** It is refused for good, and waits no longer. */
  onrefused: (item: UnsentItem, error: unknown) => void;
}

export class Outbox extends Unsent {
  #sending: Promise<void> | null = null;
  /** There may be more to send than what is being sent knows of. */
  #isAsked = false;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly deps: Deps) {
    super(deps.session);
  }

  /** Runs until the returned function is called. */
  start(): () => void {
    const { connection, session } = this.deps;
    void this.#begin();
    return all(
      connection.onReconnect(() => this.#again()),
      session.afterSignIn(() => void this.#begin()),
      session.beforeSignOut(async () => void (this.waiting.length > 0 && (await this.flush()))),
      () => this.clear(),
    );
  }

  /** Whether a comment may go at once: nothing that was said to the share before waits, and the server can be reached. */
  hasTurn(share: number): boolean {
    return !this.deps.connection.lost && this.comments(share).length === 0;
  }

  /** Whether a reaction may: how it was left before doesn't wait. */
  mayReact(target: UnsentReaction['target'], emoji: string): boolean {
    return !this.deps.connection.lost && !this.reactions(target).some((each) => baseOf(each.emoji) === baseOf(emoji));
  }

  /** Keeps something of this user until it can be sent; false if this browser can't keep it, or another one is here by now. */
  async add(author: number, item: UnsentItem): Promise<boolean> {
    const open = await this.open();
    if (!open || open.user !== author || !this.isHere(open) || !(await this.keep(open, item))) return false;
    // The connection may be back before anybody has noticed.
    if (this.deps.connection.lost) void this.deps.connection.check();
    else if (this.#timer === undefined) void this.flush();
    return true;
  }

  /** Its user doesn't want to say it any more. */
  async discard(item: UnsentItem): Promise<void> {
    const open = await this.open();
    if (open) await this.take(open, item);
  }

  /** Sends what waits, as far as it can be sent now. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isAsked = true;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = null;
      if (this.#isAsked) void this.flush();
    });
    return this.#sending;
  }

  override clear(): void {
    super.clear();
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Sends what was left from before. */
  async #begin(): Promise<void> {
    const open = await this.open();
    if (!open) return;
    await this.read(open);
    if (this.waiting.length > 0) await this.flush();
  }

  /** The connection is back: at once the first time, later not by all pages at the same moment. */
  #again(): void {
    if (this.#timer === undefined) this.#later(this.#failures < 2 ? 0 : this.#patience);
  }

  get #patience(): number {
    return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures) * (0.5 + Math.random() / 2);
  }

  #later(wait: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), wait);
  }

  async #sendAll(): Promise<void> {
    const open = await this.open();
    if (!open) {
      this.#isAsked = false;
      return;
    }
    // Browsers say it of no window over plain HTTP. Then several may send the same, which the server makes once.
    const release = 'locks' in navigator ? await own(`outbox.${open.user}`, Infinity) : null;
    try {
      while (this.#isAsked) {
        this.#isAsked = false;
        await this.#sendRound(open);
      }
    } finally {
      release?.();
    }
  }

  /** Sends one after the other, until there is none, or none that can be sent now. */
  async #sendRound(open: Open): Promise<void> {
    /** Shares of which something couldn't be sent: what was said there later waits for it. */
    const held = new Set<number>();
    for (;;) {
      await this.read(open);
      if (!this.isHere(open)) return;
      const next = this.waiting.find(({ share }) => !held.has(share));
      if (!next) return;
      try {
        const comment = await this.#send(next);
        this.#failures = 0;
        const taking = this.take(open, next);
        this.deps.onsent(next, comment);
        if (!(await taking)) held.add(next.share);
      } catch (error) {
        if (isForLater(error)) {
          if (isAtDoor(error) || !this.#putOff(error as ApiError)) return;
          held.add(next.share);
          continue;
        }
        // Who is here by now isn't told of it. Its author is, when they come back and it is sent again.
        if (!this.isHere(open)) return;
        if (!(await this.take(open, next))) held.add(next.share);
        this.deps.onrefused(next, error);
      }
    }
  }

  /** Tries again later; whether something else may be tried before. */
  #putOff(error: ApiError): boolean {
    this.#failures += 1;
    // A connection that is lost says when it is back.
    if (!error.unreachable || !this.deps.connection.lost) this.#later(Math.max(this.#patience, (error.retryAfter ?? 0) * 1000));
    return error.status === 500;
  }

  async #send(item: UnsentItem): Promise<Comment | null> {
    if (item.kind === 'comment') return this.deps.api.comment(item.share, item.text, item.key);
    await this.deps.api.react(item.target, item.emoji, item.mine);
    return null;
  }
}
