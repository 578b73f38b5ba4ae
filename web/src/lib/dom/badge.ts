// The number on the icon of the installed app.

/** Shows a number there; 0 shows none. */
export function showBadge(n: number): void {
  // Not where the connection isn't secure, nor in every browser; and not before one has allowed it, on some.
  if ('setAppBadge' in navigator) navigator.setAppBadge(n).catch(() => undefined);
}
