// What was shared to the app from elsewhere on the device, on its way to the composer of one of my spaces. Nothing is sent by itself.

import { forgetShared, readShared, type Shared } from '../dom/shared-files';
import type { Composers } from './composers';
import type { Router } from './router.svelte';
import { paths } from './routes';

interface Deps {
  composers: Pick<Composers, 'of'>;
  router: Pick<Router, 'go'>;
}

export class FromElsewhere {
  /** Null until it is known. */
  shared = $state.raw<Shared | null>(null);

  /** The space that was chosen last, while it couldn't be put there. */
  #refused = $state.raw<number | null>(null);
  #isPutting = false;

  constructor(private readonly deps: Deps) {}

  /** The space that was chosen and can't have it now, as something is on its way there; null if none. */
  get busy(): number | null {
    const space = this.#refused;
    return space !== null && this.deps.composers.of(space).state !== 'writing' ? space : null;
  }

  get isEmpty(): boolean {
    return this.shared?.files.length === 0 && this.shared.text === '' && this.shared.lost === 0;
  }

  async read(): Promise<void> {
    this.shared = await readShared().catch(() => ({ text: '', files: [], lost: 0 }));
  }

  /** Puts it into the composer of a space and goes there. What was being written there stays before it; to what is on its way,
  nothing is added. */
  async put(space: number): Promise<void> {
    if (!this.shared || this.#isPutting) return;
    this.#isPutting = true;
    try {
      await this.#put(space, this.shared);
    } finally {
      this.#isPutting = false;
    }
  }

  async #put(space: number, { text, files }: Shared): Promise<void> {
    const composer = this.deps.composers.of(space);
    const isFree = await composer.isFree();
    this.#refused = isFree ? null : space;
    if (!isFree) return;
    if (text) composer.write([composer.text.trim(), text].filter(Boolean).join('\n'));
    const choosing = composer.photos.choose(files);
    this.deps.router.go(paths.space(space), { replace: true });
    await choosing;
    // What couldn't be looked at yet would be nowhere else after a reload.
    if (composer.photos.isWhole) await forgetShared();
  }
}
