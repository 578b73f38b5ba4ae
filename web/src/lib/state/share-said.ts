// What is said once something has been shared.

import type { Share } from '../api/types';
import type { I18n } from '../i18n/index.svelte';
import type { Announcer } from './announcer.svelte';
import type { Toasts } from './toasts.svelte';

/** What it is said by. */
export interface Said {
  announcer: Announcer;
  toasts: Pick<Toasts, 'show'>;
  i18n: Pick<I18n, 't'>;
}

/** Says that a share has been made; and that a film was left out, if that was learnt only after it had been sent off. */
export function say({ announcer, toasts, i18n }: Said, share: Share, hasLostFilm: boolean): void {
  announcer.say(i18n.t('composer.sent', { space: share.space?.name ?? '' }));
  if (hasLostFilm) toasts.show(i18n.t('upload.film_dropped'), { ms: 10_000 });
}
