// A share in the making, one a space. It outlives the page. What is chosen is sent while one writes; the share then names it.

import type { Api } from '../api/client';
import { ApiError } from '../api/errors';
import { freshKey } from '../api/key';
import type { Share } from '../api/types';
import { keepDraft, places, readDraft } from '../forms/drafts';
import { shareProblem, type ShareProblem } from '../forms/share-problem';
import type { I18n } from '../i18n/index.svelte';
import type { Announcer } from './announcer.svelte';
import { BySpace } from './by-space';
import { ChosenPictures } from './chosen-pictures.svelte';
import type { Feeds } from './feed.svelte';
import { KeptPhotos } from './kept-photos';
import type { Session } from './session.svelte';
import type { Spaces } from './spaces.svelte';
import type { Uploads } from './uploads';

/** How often a share is sent again automatically when the connection is back. */
const RETRIES = 3;
/** How long the answer to a share may take, in milliseconds, and how many more for each of its photos and videos. */
const TIMEOUT = 45_000;
const EACH = 60_000;

/** What a draft needs from the app. */
interface Deps {
  api: Pick<Api, 'report' | 'createShare'>;
  uploads: Pick<Uploads, 'load'>;
  session: Pick<Session, 'me' | 'server'>;
  feeds: Feeds;
  spaces: Pick<Spaces, 'reload'>;
  announcer: Announcer;
  i18n: Pick<I18n, 't'>;
}

export class Composer {
  text = $state('');
  readonly photos: ChosenPictures;
  state = $state<'writing' | 'sending' | 'waiting'>('writing');
  error = $state.raw<unknown>(null);
  /** The share that was last sent from here. */
  sent = $state.raw<Share | null>(null);

  #user: number;
  #request: AbortController | null = null;
  #key: string;
  #retries = 0;
  #turn = 0;

  constructor(
    readonly space: number,
    private readonly deps: Deps,
  ) {
    this.#user = deps.session.me.id;
    // What was on its way when the page was reloaded may have arrived.
    this.#key = readDraft(this.#user, places.key(space)) ?? freshKey();
    this.photos = new ChosenPictures(deps.session, () => this.#changed(), deps.uploads, new KeptPhotos(this.#user, places.newShare(space)));
    this.text = readDraft(this.#user, places.newShare(space)) ?? '';
  }

  /** Whether there is anything that would be lost. */
  get isBegun(): boolean {
    return this.text.trim() !== '' || !this.photos.isEmpty;
  }

  write(text: string): void {
    this.text = text;
    this.#changed();
    keepDraft(this.#user, places.newShare(this.space), text);
  }

  /** What is missing or too much. */
  get problem(): ShareProblem | null {
    return this.photos.hasRefused ? { what: 'refused' } : shareProblem(this.text, !this.photos.isEmpty, this.deps.session.server);
  }

  /** Sends it, as soon as all that was chosen has arrived. Then it is in the feed (see `sent`), was refused (see `error`), was given
  up, or waits. */
  async send(): Promise<void> {
    this.state = 'sending';
    this.error = null;
    const turn = (this.#turn += 1);
    try {
      const share = await this.#share(turn);
      if (!share || turn !== this.#turn) return;
      this.#clear();
      const { feeds, announcer, i18n, spaces } = this.deps;
      feeds.of(this.space).add(share);
      announcer.say(i18n.t('composer.sent', { space: share.space?.name ?? '' }));
      void spaces.reload();
      this.sent = share;
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
        return await this.#post();
      } catch (error) {
        // One that has waited for too long is sent again.
        const isGone = error instanceof ApiError && ['no_such_upload', 'upload_incomplete'].includes(error.code);
        if (!isGone || renewed >= this.photos.most || !(await this.photos.renew(error.params['id']))) throw error;
      }
    }
  }

  async #post(): Promise<Share> {
    const { api } = this.deps;
    keepDraft(this.#user, places.key(this.space), this.#key);
    const request = (this.#request = new AbortController());
    const lost = new ApiError(0, '', 'unreachable');
    const timer = setTimeout(() => request.abort(lost), TIMEOUT + EACH * this.photos.all.length);
    try {
      return await api.createShare(this.space, { text: this.text, media: this.photos.media }, this.#key, request.signal);
    } catch (error) {
      if (error === lost) api.report(lost);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  cancel(): void {
    this.#turn += 1;
    this.#request?.abort();
    this.state = 'writing';
    this.#retries = 0;
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
    this.#key = freshKey();
    keepDraft(this.#user, places.key(this.space), null);
    this.#retries = 0;
    this.error = null;
  }

  #clear(): void {
    this.photos.clear();
    this.write('');
    this.state = 'writing';
  }
}

/** The shares in the making of all spaces. */
export class Composers extends BySpace<Composer> {
  constructor(deps: Deps) {
    super((space) => new Composer(space, deps));
  }

  /** Sends what waits for the connection, whatever page is shown by now. */
  sendWaiting(): void {
    for (const composer of this.all()) if (composer.state === 'waiting') void composer.send();
  }

  /** Whether leaving the page now would lose a photo or stop one on its way. */
  get hasUnsent(): boolean {
    return this.all().some((each) => each.state !== 'writing' || !each.photos.areKept);
  }

  override clear(): void {
    for (const composer of this.all()) {
      composer.cancel();
      composer.photos.leave();
    }
    super.clear();
  }
}
