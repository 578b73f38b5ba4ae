// The versions of a share, as the server names them: a word that a restored backup changes, and a number that edits count up.

/** Whether a version is known to be older than another one. */
export function isOlder(version: string, than: string): boolean {
  const [, word, number] = /^(.*)-(\d+)$/.exec(version) ?? [];
  const [, other, later] = /^(.*)-(\d+)$/.exec(than) ?? [];
  return word !== undefined && word === other && Number(number) < Number(later);
}
