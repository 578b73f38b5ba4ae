// A share in the making, one a space. It outlives the page. What is chosen is sent while one writes; the share then names it.

import type { Api } from '../api/client';
import { ApiError } from '../api/errors';
import type { Share } from '../api/types';
import { places } from '../forms/drafts';
import { shareProblem, type ShareProblem } from '../forms/share-problem';
import { ChosenPictures } from './chosen-pictures.svelte';
import { DraftWords } from './draft-words';
import type { Feeds } from './feed.svelte';
import { KeptPhotos } from './kept-photos';
import type { Session } from './session.svelte';
import { SharePost } from './share-post';
import { type Said, say } from './share-said';
import type { Spaces } from './spaces.svelte';
import type { Uploads } from './uploads';

/** How often a share is sent again automatically when the connection is back. */
const RETRIES = 3;

/** What a draft needs from the app. */
export interface Deps extends Said {
  api: Pick<Api, 'report' | 'createShare'>;
  uploads: Pick<Uploads, 'load'>;
  session: Pick<Session, 'me' | 'server'>;
  feeds: Feeds;
  spaces: Pick<Spaces, 'reload'>;
}

export class Composer {
  text = $state('');
  readonly photos: ChosenPictures;
  state = $state<'writing' | 'sending' | 'waiting' | 'checking'>('writing');
  error = $state.raw<unknown>(null);
  /** The share that was last sent from here. */
  sent = $state.raw<Share | null>(null);

  readonly #words: DraftWords;
  readonly #post: SharePost;
  #retries = 0;
  #turn = 0;
  /** Whether it could be read here, before it was sent off, that a film is left out. */
  #hasTold = false;
  #goOn: () => void = () => undefined;
  /** When it is known which window has the draft, and what became of what was sent. */
  #begun: Promise<void>;

  constructor(
    readonly space: number,
    private readonly deps: Deps,
  ) {
    const { session, uploads } = deps;
    const user = session.me.id;
    this.#words = new DraftWords(user, space);
    this.#post = new SharePost(deps.api, space);
    this.text = this.#words.text;
    const kept = new KeptPhotos(user, places.newShare(space), async () => this.#begun.then(() => this.#words.isAlone));
    this.photos = new ChosenPictures(session, () => this.#changed(), uploads, kept);
    this.#begun = this.#begin(this.text);
  }

  /** Whether there is anything that would be lost. */
  get isBegun(): boolean {
    return this.text.trim() !== '' || !this.photos.isEmpty;
  }

  /** Whether leaving the page now would take nothing. */
  get isKept(): boolean {
    const isQuiet = this.state === 'writing' || this.state === 'checking';
    return isQuiet && this.photos.areKept && (this.#words.isKept || this.text.trim() === '');
  }

  write(text: string): void {
    this.text = text;
    this.#changed();
    this.#words.write(text);
  }

  async #begin(text: string): Promise<void> {
    const isHere = await this.#words.claim();
    if (this.text === text && !isHere) this.text = '';
    if (!isHere) void this.#inherit();
    else if (this.#words.wasSent && this.state === 'writing') await this.#check();
  }

  /** Takes up a draft that another window has left behind, unless one was begun here. */
  async #inherit(): Promise<void> {
    if (!(await this.#words.inherit(() => !this.isBegun && this.state === 'writing'))) return;
    this.text = this.#words.text;
    if (this.#words.wasSent) this.#begun = this.#check();
    void this.photos.takeUp();
  }

  /** What is missing or too much. */
  get problem(): ShareProblem | null {
    if (this.photos.isMissing) return { what: 'missing' };
    return this.photos.hasRefused ? { what: 'refused' } : shareProblem(this.text, !this.photos.isEmpty, this.deps.session.server);
  }

  /** Sends it, as soon as all that was chosen has arrived. Then it is in the feed (see `sent`), was refused (see `error`), was given
  up, or waits. */
  async send(): Promise<void> {
    this.state = 'sending';
    this.error = null;
    this.#hasTold = this.photos.hasLostFilm;
    const turn = (this.#turn += 1);
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
      if (this.problem || this.photos.isLocked) {
        this.state = 'writing';
        return null;
      }
      try {
        this.#words.send();
        return await this.#post.send({ text: this.text, media: this.photos.media }, this.#words.key);
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
      const share = await this.#post.find(this.text, this.#words.key).catch(() => undefined);
      if (turn !== this.#turn) return;
      if (share) {
        await this.photos.discard();
        return this.#shared(share);
      }
      if (share === null) return this.cancel();
      await new Promise<void>((go) => (this.#goOn = go));
    }
  }

  #shared(share: Share): void {
    say(this.deps, share, this.photos.hasLostFilm && !this.#hasTold);
    this.photos.clear();
    this.write('');
    this.state = 'writing';
    this.deps.feeds.of(this.space).add(share);
    void this.deps.spaces.reload();
    this.sent = share;
    if (!this.#words.isKept) void this.#inherit();
  }

  /** The connection is back: what waits for it goes on. */
  reconnected(): void {
    this.#goOn();
    if (this.photos.isMissing) void this.photos.takeUp();
    if (this.state === 'waiting') void this.send();
  }

  cancel(): void {
    this.#turn += 1;
    this.#post.abort();
    this.#goOn();
    this.state = 'writing';
    this.#retries = 0;
  }

  /** Another user is here; what is kept stays for the next time. */
  leave(): void {
    this.cancel();
    this.#words.leave(this.photos.leave());
  }

  #failed(error: unknown): void {
    const refusal = error instanceof ApiError ? error : null;
    // A user who has to sign in again finds everything as it was, and no error.
    const atDoor = refusal?.code === 'unauthorized' || refusal?.code === 'other_account';
    this.error = atDoor ? null : error;
    this.state = refusal?.unreachable && this.#retries++ < RETRIES ? 'waiting' : 'writing';
  }

  /** Another text or photo is another share. */
  #changed(): void {
    this.#words.change();
    this.#retries = 0;
    this.error = null;
  }
}
