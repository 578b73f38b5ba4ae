// Why photos and videos aren't taken, by the server's words for the reasons; in English it is in the server's own sentence. They
// are many words that the first page doesn't need: until they are loaded, what is said says less.

export const reasons: Record<'de' | 'en', Record<string, string>> = { de: {}, en: {} };

/** Loads those that aren't there from the start. */
export async function loadReasons(): Promise<void> {
  reasons.de = (await import('./photos.de')).reasons;
}
