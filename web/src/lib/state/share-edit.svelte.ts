// An edit of a share on its way to the server. It outlives the page.

import type { Api } from '../api/client';
import { ApiError, isAtDoor } from '../api/errors';
import type { Share } from '../api/types';
import { baseOf, type Sent } from './edit-draft';
import { EditedShare } from './edited-share.svelte';
import type { Session } from './session.svelte';
import { afterLanding, askPatiently, isNext, landedOf, send } from './share-landing';
import { type Content, isSameContent, merge } from './share-merge';
import type { Uploads } from './uploads';
import type { WindowDrafts } from './window-drafts';

const RETRIES = 3; // each time that the connection is back
/** Refusals because the share, or a new photo, isn't as it was. */
const CHANGED = ['share_edited', 'no_such_upload', 'upload_incomplete'];

export interface EditDeps {
  api: Pick<Api, 'report' | 'editShare' | 'share' | 'request'>;
  uploads: Pick<Uploads, 'load'>;
  session: Pick<Session, 'me' | 'server' | 'needServer'>;
  drafts: Pick<WindowDrafts, 'read' | 'keep'>;
  /** Called with the share as it is read from the server. */
  taken: (share: Share) => void;
  /** Called when it is over. */
  ended: () => void;
}

export class ShareEdit extends EditedShare {
  state = $state<'editing' | 'saving' | 'waiting' | 'over'>('editing');
  error = $state.raw<unknown>(null);
  /** It was saved, but not what was written meanwhile. */
  isBehind = $state(false);
  /** The share as this edit has read it last. */
  current = $state.raw<Share | null>(null);

  #request = new AbortController();
  #retries = 0;
  #turn = 0;

  constructor(
    share: Share,
    private readonly deps: EditDeps,
  ) {
    super(share, deps);
  }

  get isBusy(): boolean {
    return this.state === 'saving';
  }

  /** Whether a reload would take nothing. */
  get isKept(): boolean {
    return !this.isBusy && this.added.areKept;
  }

  /** Saves it, as soon as all that was chosen has arrived. Then it is over, was refused (see `error`), was given up, is held back (see
  `added.isHeld`), or waits. It isn't pressed where it goes on by itself. */
  async save(isPressed = true): Promise<void> {
    if (this.isBusy || this.problem || this.isInConflict) return;
    if (isPressed) this.added.sendOff();
    this.state = 'saving';
    this.error = null;
    this.isBehind = false;
    this.lost = [];
    const turn = (this.#turn += 1);
    try {
      for (let tries = 0; !(await this.#attempt(turn)); tries += 1) {
        if (tries > this.most) throw new ApiError(0, '', 'unreachable');
      }
      if (turn === this.#turn && this.isBusy) this.state = 'editing';
    } catch (error) {
      if (turn === this.#turn) this.#failed(error);
    }
  }

  /** Stops saving it; if it isn't being saved, it is thrown away. */
  cancel(): void {
    this.#turn += 1;
    this.#request.abort();
    if (this.isBusy || this.state === 'waiting') this.state = 'editing';
    else {
      for (const { id } of this.added.all) this.added.remove(id);
      this.#end();
    }
  }

  /** Stops here; what is kept stays for the next time. */
  leave(): void {
    this.isLeft = true;
    this.#turn += 1;
    this.#request.abort();
    void this.added.leave();
  }

  protected override changed(): void {
    if (this.state === 'over') return;
    this.keep();
    this.#retries = 0;
    this.error = null;
    this.isBehind = false;
    // What is written on needn't be fit to be read yet.
    if (this.state === 'waiting') this.state = 'editing';
  }

  protected override async landed(): Promise<ReadonlySet<number>> {
    const ask = async () => {
      const share = await this.deps.api.share(this.share);
      const landed = await landedOf(this.deps.api, this.unanswered, baseOf(share));
      if (landed) this.#takeIn(share, landed, this.kept);
      return landed;
    };
    const landed = await askPatiently(ask, () => this.unanswered.length > 0 && this.state !== 'over' && !this.isLeft);
    return new Set(landed?.uploads.map(([id]) => -id));
  }

  /** Whether it needn't be tried again. */
  async #attempt(turn: number): Promise<boolean> {
    if (!this.added.isWhole) await this.added.takeUp();
    await this.added.settled();
    if (!this.added.isWhole) throw new ApiError(0, '', 'unreachable');
    // A user who has to sign in again finds everything as it was.
    if (turn !== this.#turn || this.added.hold() || this.problem || this.added.isLocked) return true;
    if (this.unanswered.length === 0 && isSameContent(this.content, this.base)) {
      this.#end();
      return true;
    }
    const { sent, refusal } = await this.#send();
    const share = await this.deps.api.share(this.share);
    if (refusal && share.version === this.base.version) {
      // An upload that has waited for too long is sent again.
      if (!(await this.added.renew(refusal.params['id']))) throw refusal;
      return false;
    }
    const landed = refusal ? await landedOf(this.deps.api, this.unanswered, baseOf(share)) : sent;
    this.#takeIn(share, landed, this.content);
    if (landed) this.#release(landed);
    if (this.state === 'over') return true;
    // Nobody else was in the way.
    if (refusal && landed && isNext(landed, baseOf(share))) return false;
    if (refusal) throw refusal;
    this.isBehind = true;
    return true;
  }

  /** Returns what was sent, and the refusal if the share or an upload isn't as it was. */
  async #send(): Promise<{ sent: Sent; refusal: ApiError | null }> {
    const named = new Map(this.items.flatMap(({ id, upload }) => (upload ? [[id, upload.ids] as const] : [])));
    const uploads = [...named].map(([id, { upload, poster }]) => [id, poster === undefined ? [upload] : [upload, poster]] as const);
    const sent: Sent = { ...this.content, version: this.base.version, uploads };
    this.unanswered = [...this.unanswered, sent];
    this.keep();
    this.#request = new AbortController();
    try {
      await send(this.deps.api, this.share, { sent, before: this.base, named }, this.#request);
      return { sent, refusal: null };
    } catch (error) {
      const refusal = error instanceof ApiError && error.status >= 400 && error.status < 500 ? error : null;
      if (refusal) this.unanswered = this.unanswered.filter((each) => each !== sent);
      this.keep();
      if (!refusal || !CHANGED.includes(refusal.code)) throw error;
      return { sent, refusal };
    }
  }

  /** Puts the share as it is now together with this edit, which has become it in a state that was sent, or in none. */
  #takeIn(share: Share, landed: Sent | null, mine: Content): void {
    if (this.isLeft) return;
    const current = baseOf(share);
    const now = landed ? afterLanding(landed, mine, current) : { base: this.base, mine };
    const merged = merge(now.base, now.mine, current);
    this.become(share, current, merged);
    this.keep();
    this.current = share;
    this.deps.taken(share);
    if (merged.lost.length === 0 && !this.isInConflict && isSameContent(merged, current)) this.#end();
  }

  /** The share has new photos that it didn't have. */
  #release({ uploads }: Sent): void {
    const landed = new Set(uploads.map(([id]) => -id));
    if (this.added.all.every(({ id }) => landed.has(id))) this.added.clear();
    else for (const id of landed) this.added.remove(id);
  }

  #failed(error: unknown): void {
    const refusal = error instanceof ApiError ? error : null;
    this.error = isAtDoor(error) ? null : error;
    this.state = refusal?.unreachable && this.#retries++ < RETRIES ? 'waiting' : 'editing';
  }

  #end(): void {
    this.state = 'over';
    this.added.clear();
    // For the next edit of this share, or one in another window.
    void this.added.leave();
    this.forget();
    this.deps.ended();
  }
}
