// The marks of people and spaces: colours and initials.

const TINTS = 8;

/** The colour of a space, one of eight, always the same. Spaces made after each other get different ones. */
export function tintOf(id: number): string {
  return String(id % TINTS);
}

/** The initial of a name: its first letter or digit, or its first sign at all. */
export function initialOf(name: string, locale: string): string {
  const sign = name.match(/\p{L}\p{M}*|\p{N}/u)?.[0] ?? [...name][0] ?? '?';
  return sign.toLocaleUpperCase(locale);
}

/** The initials of a person: of the first and the last word of their name that have one. */
export function initialsOf(name: string, locale: string): string {
  const words = name.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const [first = name, ...others] = words;
  return [first, ...others.slice(-1)].map((word) => initialOf(word, locale)).join('');
}
