// Tells what was seen, once what does that is loaded: a page shows what it has before.

import type { Share } from '../../lib/api/types';
import { useApp } from '../../lib/state/app.svelte';

type Look = (element: Element) => () => void;

/** Makes what watches a share of a space; null until it is loaded. To be called while a component is made. */
export function useSeen() {
  const app = useApp();
  let watch = $state.raw<((space: number, share: Share, how?: { alone?: boolean; isLate?: () => boolean }) => Look) | null>(null);
  const load = () => Promise.all([import('../../lib/state/read-marks'), import('../../lib/dom/when-seen')]);
  void app.connection.persist(load).then(([{ ReadMarks }, { whenSeen }]) => {
    const marks = app.part(ReadMarks);
    watch = (space, share, how) => whenSeen(() => marks.see(space, share, how));
  });
  return {
    get watch() {
      return watch;
    },
  };
}
