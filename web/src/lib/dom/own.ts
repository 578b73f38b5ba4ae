// What only one window of this browser has at a time.

import { scoped } from './base';

/** How long another window may take to let go, in milliseconds. */
const TIMEOUT = 500;

/** Makes this window the only one that has what is called so; returns what ends that. Null if another one has it for longer than
`timeout` milliseconds: a page that is just being reloaded lets go of it in a moment. */
export async function own(name: string, timeout = TIMEOUT): Promise<(() => void) | null> {
  const impatience = new AbortController();
  const timer = timeout === Infinity ? undefined : setTimeout(() => impatience.abort(), timeout);
  return new Promise((resolve) => {
    const hold = () => {
      clearTimeout(timer);
      return new Promise<void>((release) => resolve(release));
    };
    navigator.locks.request(scoped(name), { signal: impatience.signal }, hold).catch(() => resolve(null));
  });
}
