// Lengths as the server counts them.

/** Unicode characters, after normalisation. */
export function lengthOf(text: string): number {
  return [...text.normalize('NFC')].length;
}
