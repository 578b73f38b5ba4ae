// For whom a request is made: all windows of a browser share one session, which may change hands.

/** The header that names the account which a request is made for. In another's session, the server refuses it. */
export const accountHeader = (user: number | null): Record<string, string> =>
  user === null ? {} : { 'Shared-Spaces-User': String(user) };
