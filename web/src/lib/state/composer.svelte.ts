// A share in the making, one a space. It outlives the page: the text also a reload, the photos everything but that.

import type { Api } from '../api/client';
import { ApiError } from '../api/errors';
import type { Share } from '../api/types';
import { freshKey, upload, type Upload } from '../api/upload';
import { keepDraft, places, readDraft } from '../forms/drafts';
import { shareProblem, type ShareProblem } from '../forms/share-problem';
import type { I18n } from '../i18n/index.svelte';
import type { Announcer } from './announcer.svelte';
import { BySpace } from './by-space';
import { ChosenPictures } from './chosen-pictures.svelte';
import type { Feeds } from './feed.svelte';
import type { Session } from './session.svelte';
import type { Spaces } from './spaces.svelte';

/** How often a share is sent again automatically when the connection is back. */
const RETRIES = 3;

/** What a draft needs from the app. */
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
  readonly photos: ChosenPictures;
  state = $state<'writing' | 'sending' | 'waiting'>('writing');
  /** How much has been sent, 0 to 1. */
  progress = $state(0);
  error = $state.raw<unknown>(null);
  /** The share that was last sent from here. */
  sent = $state.raw<Share | null>(null);

  #user: number;
  #upload: Upload | null = null;
  #key = freshKey();
  #retries = 0;
  #turn = 0;

  constructor(
    readonly space: number,
    private readonly deps: Deps,
  ) {
    this.#user = deps.session.me.id;
    this.photos = new ChosenPictures(deps.session, () => this.#changed());
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
    return shareProblem(this.text, !this.photos.isEmpty, this.deps.session.server);
  }

  /** Sends it. Then it is in the feed (see `sent`), was refused (see `error`), was given up, or waits. */
  async send(): Promise<void> {
    this.state = 'sending';
    this.progress = 0;
    this.error = null;
    const turn = (this.#turn += 1);
    // What was chosen goes with it, also what is still looked at.
    await this.photos.looked();
    if (this.state !== 'sending' || turn !== this.#turn) return;
    if (this.problem) {
      this.state = 'writing';
      return;
    }
    if (await this.#lostPictures()) return;
    const form = new FormData();
    form.set('text', this.text);
    this.photos.addTo(form);
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
      if (!(await this.#lostPictures())) this.#failed(error);
    }
  }

  /** Returns whether photos were removed because their files are gone. */
  async #lostPictures(): Promise<boolean> {
    if (!(await this.photos.loseGone())) return false;
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
    // A user who has to sign in again finds everything as it was, and no error.
    const atDoor = refusal?.code === 'unauthorized' || refusal?.code === 'other_account';
    this.error = atDoor ? null : error;
    this.state = refusal?.unreachable && this.#retries++ < RETRIES ? 'waiting' : 'writing';
  }

  /** Another text or photo is another share. */
  #changed(): void {
    this.#key = freshKey();
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
    return this.all().some((each) => each.state !== 'writing' || !each.photos.isEmpty);
  }

  override clear(): void {
    for (const composer of this.all()) composer.cancel();
    super.clear();
  }
}
