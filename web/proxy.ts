// The paths of the server and not of the app, while the app is developed next to it.

// The app's own: its pages and what they load, files at the root but for the API's one, and what Vite serves while developing.
const OWN = ['(\\?|$)', '(app|docs)([/?]|$)', 'assets/', '(?!openapi\\.json(\\?|$))[^/?]+\\.[a-z]+(\\?|$)', '(src|node_modules)/', '@', '__'];

/** The paths that are requested from the server, as Vite takes them. */
export const api = `^/(?!${OWN.join('|')})`;
