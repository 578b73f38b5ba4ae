// Words that their author can't send any more, in a note that stays until it is put away, and from which they can be copied.

import type { Announcer } from './announcer.svelte';
import type { Toasts } from './toasts.svelte';

interface Said {
  /** The note, with the words in it. */
  text: string;
  words: string;
  /** The way to copy them, and what is said once they are. */
  copy: string;
  copied: string;
}

/** Shows them, and returns the id of the note; `onend` is called when it is put away, or the words are copied. */
export function showWords(deps: { toasts: Pick<Toasts, 'show'>; announcer: Pick<Announcer, 'say'> }, said: Said, onend: () => void = () => undefined): number {
  // Browsers have it only over HTTPS; elsewhere the words can be selected.
  const clipboard = 'clipboard' in navigator ? navigator.clipboard : null;
  const copy = async () => {
    try {
      await clipboard?.writeText(said.words);
    } catch {
      // Not allowed: then they can be selected.
      deps.toasts.show(said.text, { ms: Infinity, onend });
      return;
    }
    deps.announcer.say(said.copied);
    onend();
  };
  return deps.toasts.show(said.text, { ms: Infinity, onend, ...(clipboard && { action: said.copy, onaction: () => void copy() }) });
}
