// The paths of the server and not of the app, while the app is developed next to it.

const ROOTS = [
  'change-password',
  'comments',
  'health',
  'invitations',
  'login',
  'logout',
  'me',
  'media',
  'openapi.json',
  'password-resets',
  'photos',
  'ready',
  'register',
  'server',
  'sessions',
  'shares',
  'spaces',
  'uploads',
];

/** The paths that are requested from the server, as Vite takes them. */
export const api = `^/(${ROOTS.join('|').replace('.', '\\.')})(/|\\?|$)`;
