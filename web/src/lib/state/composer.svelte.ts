// A share in the making, one a space. It outlives the page. What is chosen is sent while one writes; the share then names it.

import type { Api } from '../api/client';
import { ApiError } from '../api/errors';
import type { Share } from '../api/types';
import type { Feeds } from './feed.svelte';
import { ShareDraft, type ShareDraftDeps } from './share-draft.svelte';
import { SharePost } from './share-post';
import { type Said, say } from './share-said';
import type { Spaces } from './spaces.svelte';

/** How often a share is sent again automatically when the connection is back. */
const RETRIES = 3;

/** What a draft needs from the app. */
export interface Deps extends Said, ShareDraftDeps {
  api: Pick<Api, 'report' | 'createShare'>;
  feeds: Feeds;
  spaces: Pick<Spaces, 'reload'>;
}

export class Composer extends ShareDraft {
  error = $state.raw<unknown>(null);
  /** The share that was last sent from here. */
  sent = $state.raw<Share | null>(null);

  readonly #post: SharePost;
  #retries = 0;
  #turn = 0;
  /** Whether it could be read here, before it was sent off, that a film is left out. */
  #hasTold = false;
  /** Whether it was sent off before the page was reloaded: nobody may be there to see what becomes of it. */
  #isResumed = false;
  #goOn: () => void = () => undefined;
  #begun: Promise<void>;

  constructor(
    space: number,
    private readonly deps: Deps,
  ) {
    super(space, deps);
    this.#post = new SharePost(deps.api, space);
    this.#begun = this.#begin(this.text);
  }

  protected override get begun(): Promise<void> {
    return this.#begun;
  }

  /** Whether leaving the page now would take nothing. */
  get isKept(): boolean {
    return this.state !== 'sending' && this.isHere;
  }

  async #begin(text: string): Promise<void> {
    const isHere = await this.words.claim();
    if (this.text === text && !isHere) this.text = '';
    if (!isHere) void this.#inherit();
    else if (this.words.wasSent && this.state === 'writing') await this.#check();
    else if (this.words.wasGoing && this.state === 'writing') this.#resume();
  }

  /** What was sent off goes on by itself. Its photos are taken up meanwhile, and waited for. */
  #resume(): void {
    this.#isResumed = true;
    void this.send(false);
  }

  /** Takes up a draft that another window has left behind, unless one was begun here. */
  async #inherit(): Promise<void> {
    if (!(await this.words.inherit(() => !this.isBegun && this.state === 'writing'))) return;
    this.text = this.words.text;
    if (this.words.wasSent) this.#begun = this.#check();
    else if (this.words.wasGoing) this.#resume();
    void this.photos.takeUp();
  }

  /** Sends it, as soon as all that was chosen has arrived. Then it is in the feed (see `sent`), was refused (see `error`), was given
  up, waits, or is held back (see `photos.isHeld`). It isn't pressed where it goes on by itself. */
  async send(isPressed = true): Promise<void> {
    if (isPressed) this.photos.sendOff();
    this.state = 'sending';
    this.error = null;
    this.#hasTold = this.photos.hasLostFilm;
    const turn = (this.#turn += 1);
    void this.keepGoing(() => turn === this.#turn && this.state !== 'writing');
    try {
      const share = await this.#share(turn);
      if (share && turn === this.#turn) this.#shared(share);
    } catch (error) {
      if (turn === this.#turn) this.#failed(error);
    }
  }

  /** Null if it was given up meanwhile, or something is missing. */
  async #share(turn: number): Promise<Share | null> {
    for (let renewed = 0; ; renewed += 1) {
      await this.photos.settled();
      if (this.state !== 'sending' || turn !== this.#turn) return null;
      // A user who has to sign in again finds everything as it was.
      if (this.photos.hold() || this.problem || this.photos.isLocked) {
        // What couldn't be loaded can be once the connection is back.
        this.state = this.photos.isWhole || this.photos.isHeld ? 'writing' : 'waiting';
        if (this.state === 'writing') this.#halt(!this.photos.isLocked);
        return null;
      }
      try {
        this.words.send();
        return await this.#post.send({ text: this.text, media: this.photos.media }, this.words.key);
      } catch (error) {
        // One that has waited for too long is sent again.
        const isGone = error instanceof ApiError && ['no_such_upload', 'upload_incomplete'].includes(error.code);
        if (!isGone || renewed >= this.photos.most || !(await this.photos.renew(error.params['id']))) throw error;
      }
    }
  }

  /** Asks what became of a share that was sent before the page was reloaded. Until that is known, none of its photos is sent again:
  the share may have them, and a film that isn't kept would have to be chosen again. */
  async #check(): Promise<void> {
    this.state = 'checking';
    const turn = (this.#turn += 1);
    while (turn === this.#turn) {
      const share = await this.#post.find(this.text, this.words.key).catch(() => undefined);
      if (turn !== this.#turn) return;
      if (share) {
        await this.photos.discard();
        return this.#shared(share);
      }
      if (share === null) {
        const { wasGoing } = this.words;
        this.#stop();
        if (wasGoing) this.#resume();
        return;
      }
      await new Promise<void>((go) => (this.#goOn = go));
    }
  }

  #shared(share: Share): void {
    say(this.deps, share, this.photos.hasLostFilm && !this.#hasTold);
    this.#isResumed = false;
    this.photos.clear();
    this.write('');
    this.state = 'writing';
    this.deps.feeds.of(this.space).add(share);
    void this.deps.spaces.reload();
    this.sent = share;
    if (!this.words.isKept) void this.#inherit();
  }

  /** The connection is back: what waits for it goes on. */
  reconnected(): void {
    this.#goOn();
    if (!this.photos.isWhole) void this.photos.takeUp();
    if (this.state === 'waiting') void this.send(false);
  }

  cancel(): void {
    this.#stop();
    this.words.go(false);
  }

  #stop(): void {
    this.#turn += 1;
    this.#post.abort();
    this.#goOn();
    this.state = 'writing';
    this.#retries = 0;
  }

  /** Another user is here; what is kept stays for the next time. */
  leave(): void {
    this.#stop();
    this.words.leave(this.photos.leave());
  }

  #failed(error: unknown): void {
    const refusal = error instanceof ApiError ? error : null;
    // A user who has to sign in again finds everything as it was, and no error.
    const atDoor = refusal?.code === 'unauthorized' || refusal?.code === 'other_account';
    this.error = atDoor ? null : error;
    this.state = refusal?.unreachable && this.#retries++ < RETRIES ? 'waiting' : 'writing';
    if (this.state !== 'waiting') this.#halt(this.error !== null);
  }

  /** It doesn't go on by itself. */
  #halt(isRefused: boolean): void {
    this.words.go(false);
    if (isRefused && (this.#isResumed || !this.isShown)) this.deps.toasts.show(this.deps.i18n.t('composer.refused', { text: this.text }), { ms: 20_000 });
  }

  protected override changed(): void {
    this.words.change();
    this.#retries = 0;
    this.error = null;
  }
}
