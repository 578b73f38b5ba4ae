// The words and photos of a share in the making, as this browser keeps them.

import { places } from '../forms/drafts';
import { shareProblem, type ShareProblem } from '../forms/share-problem';
import { ChosenPictures } from './chosen-pictures.svelte';
import { DraftWords } from './draft-words';
import { KeptPhotos } from './kept-photos';
import type { Session } from './session.svelte';
import type { Uploads } from './uploads';

export interface ShareDraftDeps {
  uploads: Pick<Uploads, 'load'>;
  session: Pick<Session, 'me' | 'server' | 'needServer'>;
}

export abstract class ShareDraft {
  state = $state<'writing' | 'sending' | 'waiting' | 'checking'>('writing');
  text = $state('');
  readonly photos: ChosenPictures;
  /** A page shows it: what becomes of it can be read there. */
  isShown = false;

  protected readonly words: DraftWords;

  constructor(
    readonly space: number,
    private readonly needs: ShareDraftDeps,
  ) {
    const { session, uploads } = needs;
    const user = session.me.id;
    this.words = new DraftWords(user, space);
    this.text = this.words.text;
    const kept = new KeptPhotos(user, places.newShare(space), async () => this.begun.then(() => this.words.isAlone));
    this.photos = new ChosenPictures(session, () => this.changed(), uploads, kept);
  }

  /** When it is known which window has the draft, and what became of what was sent. */
  protected abstract get begun(): Promise<void>;

  /** Another text or photo is another share. */
  protected abstract changed(): void;

  /** Whether there is anything that would be lost. */
  get isBegun(): boolean {
    return this.text.trim() !== '' || !this.photos.isEmpty || this.photos.unready.length > 0;
  }

  /** Whether words and photos can be added, and not only to what is on its way, maybe since before the page was reloaded. */
  async isFree(): Promise<boolean> {
    await this.words.claim();
    return this.state === 'writing';
  }

  /** Whether this browser has all of it after a reload. */
  protected get isHere(): boolean {
    return this.photos.areKept && (this.words.isKept || this.text.trim() === '');
  }

  write(text: string): void {
    this.text = text;
    this.changed();
    this.words.write(text);
  }

  /** It goes on by itself after a reload, if all that was chosen is there then. */
  protected async keepGoing(isWanted: () => boolean): Promise<void> {
    const areListed = await this.photos.areListed();
    if (areListed && isWanted()) this.words.go(true);
  }

  /** What is missing or too much. */
  get problem(): ShareProblem | null {
    if (!this.photos.isWhole) return { what: 'missing' };
    return this.photos.hasRefused ? { what: 'refused' } : shareProblem(this.text, !this.photos.isEmpty, this.needs.session.server);
  }
}
