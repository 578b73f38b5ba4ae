// Addresses that the server made.

/** An address as a path of this host: the server may know itself by another name than this page does. */
export function localPath(address: string): string {
  const url = new URL(address, 'http://here');
  return url.pathname + url.search;
}

/** The address of the next page in a `Link` header, as a path of this host. */
export function nextPageOf(link: string | null): string | null {
  const target = link?.match(/<([^>]+)>\s*;[^,]*rel="?next"?/)?.[1];
  return target ? localPath(target) : null;
}
