// Links in what people write. Nothing is turned into markup: the parts are shown as text and as `<a>`.

export interface Part {
  text: string;
  /** An address to go to; null for plain text. */
  href: string | null;
}

const ADDRESS = /\b(?:https?:\/\/|www\.)[^\s<>"“”„«»]+/giu;

/** Splits a text into plain parts and links. Joined again, the parts are the text. */
export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const found of text.matchAll(ADDRESS)) {
    const shown = withoutEnd(found[0]);
    const href = hrefOf(shown);
    if (href === null) continue;
    if (found.index > at) parts.push({ text: text.slice(at, found.index), href: null });
    parts.push({ text: shown, href });
    at = found.index + shown.length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), href: null });
  return parts;
}

/** The address without trailing punctuation of the sentence; a closing bracket stays if it was opened in it. */
function withoutEnd(address: string): string {
  let end = address;
  for (;;) {
    const last = end.at(-1) ?? '';
    const opening = { ')': '(', ']': '[', '}': '{' }[last];
    const isLoose = opening !== undefined && end.split(last).length > end.split(opening).length;
    if (!isLoose && !/[.,:;!?'’*_~…]/u.test(last)) return end;
    end = end.slice(0, -1);
  }
}

function hrefOf(address: string): string | null {
  const whole = /^www\./i.test(address) ? `https://${address}` : address;
  const url = read(whole);
  if (!url) return null;
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  // A name and password in front of the host make an address look like another.
  return isWeb && url.username === '' && /[\p{L}\p{N}]/u.test(url.hostname) ? url.href : null;
}

function read(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}
