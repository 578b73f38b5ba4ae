// What is the server's and not the app's, while the app is developed beside it.

const ROOTS = [
  'change-password',
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

/** The addresses that are asked of the server, as Vite wants them. */
export const api = `^/(${ROOTS.join('|').replace('.', '\\.')})(/|\\?|$)`;
