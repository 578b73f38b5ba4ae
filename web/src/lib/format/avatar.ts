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
