// What one is about to say to a share. The words outlive a reload.

import { isAtDoor, isForLater, isPassing } from '../api/errors';
import { freshKey } from '../api/key';
import type { TalkApi } from '../api/talk';
import type { Comment } from '../api/types';
import { places } from '../forms/drafts';
import { lengthOf } from '../format/length';
import type { Outbox } from './outbox.svelte';
import { Resending } from './resending';
import type { Session } from './session.svelte';
import type { WindowDrafts } from './window-drafts';

export interface DraftDeps {
  api: Pick<TalkApi, 'comment'>;
  session: Pick<Session, 'me' | 'server'>;
  drafts: Pick<WindowDrafts, 'read' | 'part' | 'keep'>;
  /** Where it waits if it can't be sent now. */
  outbox: Pick<Outbox, 'hasTurn' | 'add'>;
  /** It waits there. */
  onkept: () => void;
}

export abstract class CommentDraft {
  text = $state('');
  sending = $state(false);
  /** Why it couldn't be sent. */
  error = $state.raw<unknown>(null);

  /** Who writes it. */
  protected readonly me: number;
  #key = freshKey();
  #isLeft = false;
  readonly #resending = new Resending(() => void this.#send());

  constructor(
    readonly share: number,
    private readonly needs: DraftDeps,
  ) {
    this.me = needs.session.me.id;
    this.takeUp();
  }

  /** Takes up what was begun, also in a window that was closed since, unless something else was begun here. */
  takeUp(): void {
    if (this.text !== '' || this.sending) return;
    const { drafts } = this.needs;
    const key = places.commentKey(this.share);
    const text = drafts.read(this.me, places.comment(this.share), [key]);
    if (text === null) return;
    this.text = text;
    this.#key = drafts.part(this.me, key) ?? freshKey();
  }

  /** Whether there are words, and not too many. */
  get canSend(): boolean {
    const max = this.needs.session.server?.limits.comment_max ?? Infinity;
    return this.text.trim() !== '' && lengthOf(this.text) <= max;
  }

  write(text: string): void {
    this.text = text;
    this.#rest();
    // Other words are another comment.
    this.#key = freshKey();
    this.needs.drafts.keep(this.me, places.comment(this.share), text);
    this.needs.drafts.keep(this.me, places.commentKey(this.share), null);
  }

  /** Sends it. Sent again because the answer was lost, also after a reload, it is there once. */
  async send(): Promise<void> {
    this.#resending.reset();
    await this.#send();
  }

  /** The connection is back: what couldn't be sent for want of it goes. */
  reconnected(): void {
    if (isPassing(this.error)) this.#resending.again();
  }

  /** Another user is here: nothing of it is sent any more. */
  leave(): void {
    this.#isLeft = true;
    this.#rest();
  }

  /** The space that the share is in. */
  protected abstract get space(): number;

  /** The server has it. */
  protected abstract said(comment: Comment): void;

  /** Nothing of it is sent by itself any more. */
  #rest(): void {
    this.#resending.reset();
    this.error = null;
  }

  async #send(): Promise<void> {
    if (this.sending || !this.canSend) return;
    this.sending = true;
    this.error = null;
    this.needs.drafts.keep(this.me, places.commentKey(this.share), this.#key);
    try {
      // In the order in which it was said.
      if (!this.needs.outbox.hasTurn(this.share) && (await this.#keep())) return;
      // Another user may be here by now, who would be the one to say it.
      if (this.#isLeft) return;
      const comment = await this.needs.api.comment(this.share, this.text, this.#key);
      this.write('');
      this.said(comment);
    } catch (error) {
      // A user who has to sign in again finds everything as it was, and no error.
      if (isAtDoor(error) || (isForLater(error) && (await this.#keep()))) return;
      this.error = error;
    } finally {
      this.sending = false;
    }
  }

  /** Leaves it to the outbox; false where that keeps nothing. */
  async #keep(): Promise<boolean> {
    const { space, share, text } = this;
    const isKept = await this.needs.outbox.add(this.me, { kind: 'comment', space, share, key: this.#key, text, at: Date.now() });
    if (!isKept) return false;
    this.write('');
    this.needs.onkept();
    return true;
  }
}
