// The time, for all "5 minutes ago" of the page together.

import { all, on } from '../dom/events';

export class Clock {
  now = $state(Date.now());

  /** Runs until the returned function is called. */
  start(): () => void {
    const tick = () => (this.now = Date.now());
    const timer = setInterval(tick, 20_000);
    return all(() => clearInterval(timer), on(document, 'visibilitychange', tick));
  }
}
