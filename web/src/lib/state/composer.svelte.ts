// A share in the making, one a space. It outlives the page: the text also a reload, the photo everything but that.

import type { Api } from '../api/client';
import { ApiError } from '../api/errors';
import type { Share } from '../api/types';
import { freshKey, upload, type Upload } from '../api/upload';
import { keepDraft, places, readDraft } from '../forms/drafts';
import { shareProblem, type ShareProblem } from '../forms/share-problem';
import type { I18n } from '../i18n/index.svelte';
import { isThere, look, type Picture, type PhotoProblem } from '../photos/chosen-photo';
import type { Announcer } from './announcer.svelte';
import { BySpace } from './by-space';
import type { Feeds } from './feed.svelte';
import type { Session } from './session.svelte';
import type { Spaces } from './spaces.svelte';

/** How often a share is sent again automatically when the connection is back. */
const RETRIES = 3;

/** What a share in the making needs of the app. */
interface Deps {
  api: Pick<Api, 'report'>;
  session: Pick<Session, 'me' | 'server'>;
  feeds: Feeds;
  spaces: Pick<Spaces, 'reload'>;
  announcer: Announcer;
  i18n: Pick<I18n, 't'>;
}

export class Composer {
  text = $state('');
  picture = $state.raw<Picture | null>(null);
  /** What is wrong with the photo that was chosen last. */
  photoProblem = $state<PhotoProblem | null>(null);
  /** How many more files were chosen than can be taken. */
  left = $state(0);
  state = $state<'writing' | 'sending' | 'waiting'>('writing');
  /** How much has been sent, 0 to 1. */
  progress = $state(0);
  error = $state.raw<unknown>(null);
  /** What was shared last from here. */
  sent = $state.raw<Share | null>(null);

  #user: number;
  #upload: Upload | null = null;
  #key = freshKey();
  #retries = 0;

  constructor(
    readonly space: number,
    private readonly deps: Deps,
  ) {
    this.#user = deps.session.me.id;
    this.text = readDraft(this.#user, places.newShare(space)) ?? '';
  }

  /** Whether there is anything that would be lost. */
  get isBegun(): boolean {
    return this.text.trim() !== '' || this.picture !== null;
  }

  write(text: string): void {
    this.text = text;
    this.#changed();
    keepDraft(this.#user, places.newShare(this.space), text);
  }

  /** What is missing or too much. */
  get problem(): ShareProblem | null {
    return shareProblem(this.text, this.picture !== null, this.deps.session.server);
  }

  /** Takes a photo; of several, the first. */
  async choose(files: File[]): Promise<void> {
    const file = files.find(({ type }) => type.startsWith('image/')) ?? files[0];
    if (!file) return;
    this.photoProblem = null;
    this.left = files.length - 1;
    const found = await look(file, this.deps.session.server);
    if ('reason' in found) this.photoProblem = found;
    else this.#take(found);
  }

  removePicture(): void {
    this.photoProblem = null;
    this.left = 0;
    this.#take(null);
  }

  /** Sends it. Then it is in the feed (see `sent`), was refused (see `error`), was given up, or waits. */
  async send(): Promise<void> {
    this.state = 'sending';
    this.progress = 0;
    this.error = null;
    if (await this.#lostPicture()) return;
    const form = new FormData();
    form.set('text', this.text);
    if (this.picture) form.set('file', this.picture.file, this.picture.name);
    try {
      this.#upload = upload({
        api: this.deps.api,
        user: this.#user,
        space: this.space,
        form,
        key: this.#key,
        progress: (part) => (this.progress = part),
      });
      const share = await this.#upload.done;
      this.#clear();
      const { feeds, announcer, i18n, spaces } = this.deps;
      feeds.of(this.space).add(share);
      announcer.say(i18n.t('composer.sent', { space: share.space?.name ?? '' }));
      void spaces.reload();
      this.sent = share;
    } catch (error) {
      // A file that is changed while it is sent looks like a line that breaks.
      if (!(await this.#lostPicture())) this.#failed(error);
    }
  }

  /** Takes the photo out if its file isn't as it was chosen; tells whether it did. */
  async #lostPicture(): Promise<boolean> {
    if (!this.picture || (await isThere(this.picture.file))) return false;
    this.#take(null);
    this.photoProblem = { reason: 'gone' };
    this.state = 'writing';
    return true;
  }

  cancel(): void {
    this.#upload?.cancel();
    this.state = 'writing';
    this.#retries = 0;
  }

  #failed(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') {
      this.state = 'writing';
      return;
    }
    const refusal = error instanceof ApiError ? error : null;
    // Who has to sign in again finds everything as it was, and no complaint.
    const atDoor = refusal?.code === 'unauthorized' || refusal?.code === 'other_account';
    this.error = atDoor ? null : error;
    this.state = refusal?.unreachable && this.#retries++ < RETRIES ? 'waiting' : 'writing';
  }

  #take(picture: Picture | null): void {
    if (this.picture) URL.revokeObjectURL(this.picture.url);
    this.picture = picture;
    this.#changed();
  }

  /** Another text or photo is another share. */
  #changed(): void {
    this.#key = freshKey();
    this.#retries = 0;
    this.error = null;
  }

  #clear(): void {
    this.removePicture();
    this.write('');
    this.state = 'writing';
  }
}

/** The shares in the making of all spaces. */
export class Composers extends BySpace<Composer> {
  constructor(deps: Deps) {
    super((space) => new Composer(space, deps));
  }

  /** Sends what waits for the connection, wherever one is by now. */
  sendWaiting(): void {
    for (const composer of this.all()) if (composer.state === 'waiting') void composer.send();
  }

  /** Whether leaving the page now would lose a photo or stop one on its way. */
  get hasUnsent(): boolean {
    return this.all().some((each) => each.state !== 'writing' || each.picture !== null);
  }

  override clear(): void {
    for (const composer of this.all()) composer.cancel();
    super.clear();
  }
}
