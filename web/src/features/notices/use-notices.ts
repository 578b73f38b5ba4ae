// What notices have from the app.

import { tell } from '../../lib/i18n/notices';
import type { NoticeKey } from '../../lib/i18n/notices/en';
import { useApp } from '../../lib/state/app.svelte';
import { Inbox } from '../../lib/state/inbox.svelte';
import { Push } from '../../lib/state/push.svelte';

/** To be called while a component is made. */
export function useNotices() {
  const app = useApp();
  const { i18n } = app;
  return {
    inbox: app.part(Inbox),
    push: app.part(Push),
    tell: (key: NoticeKey, values?: Record<string, string | number>) => tell(i18n, key, values),
  };
}
