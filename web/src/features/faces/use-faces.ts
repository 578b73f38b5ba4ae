// What names and pictures have from the app.

import { ProfileApi } from '../../lib/api/profile';
import { speak } from '../../lib/i18n/faces';
import type { FaceKey } from '../../lib/i18n/faces/en';
import { useApp } from '../../lib/state/app.svelte';

/** To be called while a component is made. */
export function useFaces() {
  const { api, i18n } = useApp();
  return {
    profile: new ProfileApi(api),
    speak: (key: FaceKey, values?: Record<string, string | number>) => speak(i18n, key, values),
  };
}
