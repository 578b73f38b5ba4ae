// What the parts of a conversation have from the app.

import { say } from '../../lib/i18n/talk';
import type { TalkKey } from '../../lib/i18n/talk/en';
import { useApp } from '../../lib/state/app.svelte';
import { Talk } from '../../lib/state/talk.svelte';

/** To be called while a component is made. */
export function useTalk() {
  const app = useApp();
  const { i18n } = app;
  return { talk: app.part(Talk), say: (key: TalkKey, values?: Record<string, string | number>) => say(i18n, key, values) };
}
