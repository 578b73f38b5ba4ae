// Where on its host the server is: at its root, or below a path that others have put it at.

// Not written into `new URL`, which the build would take for a file of the app.
const here = import.meta.url;

/** The path before all addresses of the server, such as `/spaces`; empty at the root. The files of the app are in a folder below it. */
export const base = import.meta.env.PROD ? new URL('..', here).pathname.replace(/\/$/, '') : '';

/** The name of something that the browser keeps for all of a host, so that no other installation there takes it for its own. */
export const scoped = (name: string): string => base + name;

/** A path without what is before all addresses of the server. */
export const withoutBase = (path: string): string => (path.startsWith(`${base}/`) ? path.slice(base.length) : path);
