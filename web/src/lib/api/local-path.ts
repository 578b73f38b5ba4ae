// Addresses that the server made.

import { withoutBase } from '../dom/base';

/** An address as a path of this host: the server may know itself by another name than this page does. */
export function localPath(address: string): string {
  const url = new URL(address, 'http://here');
  return url.pathname + url.search;
}

/** The same as a path of the API, wherever on its host that is. */
export const apiPath = (address: string): string => withoutBase(localPath(address));

/** The address of the next page in a `Link` header, as a path of the API. */
export function nextPageOf(link: string | null): string | null {
  const target = link?.match(/<([^>]+)>\s*;[^,]*rel="?next"?/)?.[1];
  return target ? apiPath(target) : null;
}
