// The time, for all "5 minutes ago" of the page together.

class Clock {
  now = $state(Date.now());

  start(): void {
    const tick = () => (this.now = Date.now());
    setInterval(tick, 20_000);
    document.addEventListener('visibilitychange', tick);
  }
}

export const clock = new Clock();
