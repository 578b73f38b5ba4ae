// What a share is to become: its words, and its photos with their order, captions and dates. New photos are sent while one writes. All of
// it is kept, so that a reload takes nothing.

import { localPath } from '../api/local-path';
import type { Medium, Share } from '../api/types';
import { shareProblem, type ShareProblem } from '../forms/share-problem';
import { moved } from '../photos/media-order';
import { ChosenPictures } from './chosen-pictures.svelte';
import { type Base, begin, keepEdit, type KeptEdit, readEdit, type Sent, toSeconds } from './edit-draft';
import type { FileUpload } from './file-upload.svelte';
import { KeptAdditions } from './kept-additions';
import type { Session } from './session.svelte';
import type { Content, Described, Merged } from './share-merge';
import type { Uploads } from './uploads';
import type { WindowDrafts } from './window-drafts';

/** A photo that the share has, or a new one, with an id below 0. */
export interface Edited extends Described {
  /** For `<img>`; empty where this browser can't show it. */
  src: string;
  name: string;
  /** Of a new one. */
  upload: FileUpload | null;
}

interface Deps {
  uploads: Pick<Uploads, 'load'>;
  session: Pick<Session, 'me' | 'server' | 'needServer'>;
  drafts: Pick<WindowDrafts, 'read' | 'keep'>;
}

export abstract class EditedShare {
  text = $state('');
  /** The text that was written elsewhere, where both have changed it: one is to be chosen. */
  other = $state.raw<string | null>(null);
  /** The same of captions, by photo. */
  captions = $state.raw<ReadonlyMap<number, string>>(new Map());
  /** Captions that were written here, under photos that were removed elsewhere. */
  lost = $state.raw<readonly string[]>([]);
  readonly added: ChosenPictures;

  /** The share that is edited. */
  protected base: Base;
  /** What was sent, and may or may not have arrived. */
  protected unanswered: readonly Sent[];
  protected readonly share: number;
  /** Nothing is kept from here on, and nothing that is kept is forgotten: it may be another user's turn. */
  protected isLeft = false;
  readonly #session: Deps['session'];
  /** Keeps it; null forgets it. */
  readonly #put: (edit: Omit<KeptEdit, 'additions'> | null) => unknown;
  #photos = $state.raw<readonly Described[]>([]);
  #media = $state.raw<readonly Medium[]>([]);

  constructor(share: Share, { session, uploads, drafts }: Deps) {
    const kept = readEdit(drafts, session.me.id, share) ?? begin(share);
    const { additions } = kept;
    const user = session.me.id;
    this.#put = (edit) => this.isLeft || keepEdit(drafts, user, share.id, edit && { ...edit, additions });
    this.share = share.id;
    this.#session = session;
    this.#media = share.media;
    this.base = kept.base;
    this.unanswered = kept.unanswered;
    this.#photos = kept.photos;
    this.text = kept.text;
    this.other = kept.other;
    this.captions = new Map(kept.captions);
    this.lost = kept.lost;
    // As many new ones as there may be beside those that it has.
    const room = () => Math.max(0, this.most - this.#photos.filter(({ id }) => id >= 0).length);
    const beside = {
      get server() {
        const { server } = session;
        return server && { ...server, limits: { ...server.limits, media_per_share: room() } };
      },
      needServer: () => session.needServer(),
    };
    this.added = new ChosenPictures(beside, () => this.changed(), uploads, KeptAdditions.at(user, additions, () => this.landed()));
    this.keep();
  }

  /** The most photos that a share can have. */
  get most(): number {
    return this.#session.server?.limits.media_per_share ?? 1;
  }

  /** Its photos in their order. */
  get items(): Edited[] {
    const added = new Map(this.added.all.map((each) => [-each.id, each]));
    const known = this.#photos.filter(({ id }) => id >= 0 || added.has(id));
    const ids = new Set(known.map(({ id }) => id));
    const later = [...added.keys()].filter((id) => !ids.has(id)).map((id) => ({ id, caption: '', takenAt: '', zone: '' }));
    return [...known, ...later].map((photo) => {
      const chosen = added.get(photo.id);
      const src = chosen?.src ?? srcOf(this.#media.find(({ id }) => id === photo.id));
      return { ...photo, src, name: chosen?.name ?? '', upload: chosen?.upload ?? null };
    });
  }

  /** What is missing or too much. */
  get problem(): ShareProblem | null {
    return this.added.hasRefused ? { what: 'refused' } : shareProblem(this.text, this.items.length > 0, this.#session.server);
  }

  /** Whether it is still to be chosen which words stay. */
  get isInConflict(): boolean {
    return this.other !== null || this.captions.size > 0;
  }

  write(text: string): void {
    this.text = text;
    this.changed();
  }

  move(from: number, to: number): void {
    this.#arrange(moved(this.items, from, to));
    this.changed();
  }

  remove(id: number): void {
    this.#settle(id);
    this.#arrange(this.items.filter((each) => each.id !== id));
    if (id < 0) this.added.remove(-id);
    else this.changed();
  }

  describe(id: number, said: Partial<Pick<Described, 'caption' | 'takenAt'>>): void {
    const whole = said.takenAt === undefined ? said : { ...said, takenAt: toSeconds(said.takenAt) };
    this.#arrange(this.items.map((each) => (each.id === id ? { ...each, ...whole } : each)));
    this.changed();
  }

  /** Chooses the text that stays. */
  chooseText(text: string): void {
    this.other = null;
    this.write(text);
  }

  /** Chooses the caption that stays. */
  chooseCaption(id: number, caption: string): void {
    this.#settle(id);
    this.describe(id, { caption });
  }

  protected get content(): Content {
    return { text: this.text, photos: this.items.map(bare) };
  }

  /** Which of the new photos the share has already, although no answer has said so. Asked before they are sent once more. */
  protected abstract landed(): Promise<ReadonlySet<number>>;

  /** All of it, also new photos that haven't been taken up yet after a reload. */
  protected get kept(): Content {
    return { text: this.text, photos: this.#photos };
  }

  /** The share is another one by now, and so is what is to become of it. */
  protected become(share: Share, base: Base, merged: Merged): void {
    this.base = base;
    this.unanswered = [];
    this.#media = share.media;
    this.#photos = merged.photos;
    this.text = merged.text;
    this.other = merged.other;
    this.captions = merged.captions;
    this.lost = merged.lost;
  }

  protected changed(): void {
    this.keep();
  }

  /** Keeps all of it in this browser. */
  protected keep(): void {
    const known = new Set(this.#photos.map(({ id }) => id));
    const chosen = this.items.filter(({ id }) => !known.has(id));
    if (chosen.length > 0) this.#photos = [...this.#photos, ...chosen.map(bare)];
    const { text, base, unanswered, other, lost } = this;
    this.#put({ text, photos: this.#photos, base, unanswered, other, captions: [...this.captions], lost });
  }

  protected forget(): void {
    this.#put(null);
  }

  #settle(id: number): void {
    this.captions = new Map([...this.captions].filter(([each]) => each !== id));
  }

  #arrange(items: readonly Described[]): void {
    const shown = new Set(this.items.map(({ id }) => id));
    // New ones that are still being taken up after a reload stay, behind the others.
    this.#photos = [...items.map(bare), ...this.#photos.filter(({ id }) => id < 0 && !shown.has(id))];
  }
}

const bare = ({ id, caption, takenAt, zone }: Described): Described => ({ id, caption, takenAt, zone });

const srcOf = (medium: Medium | undefined) => (!medium || (medium.kind === 'video' && medium.poster_url === null) ? '' : localPath(medium.previews.small.url));
