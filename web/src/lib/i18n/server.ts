// The server's sentences, in the reader's language as far as it has them.

import type { Language } from './index.svelte';
import * as de from './server.de';

/** For each code a sentence, or what the server's sentence looks like and a sentence with its parts. */
export type Sentences = Record<string, string | [pattern: RegExp, sentence: string]>;

const translations: Partial<Record<Language, { words: Record<string, string>; sentences: Sentences }>> = { de };

/** A refusal in a language; null if only the server's own words are left. */
export function translate(language: Language, code: string, sentence: string): string | null {
  const translation = translations[language];
  const known = translation && Object.hasOwn(translation.sentences, code) ? translation.sentences[code] : undefined;
  if (!translation || known === undefined) return null;
  if (typeof known === 'string') return known;
  const parts = sentence.match(known[0])?.slice(1);
  if (!parts) return null;
  return known[1].replace(/\{(\d)\}/g, (_, at: string) => {
    const part = parts[Number(at)] ?? '';
    return translation.words[part] ?? part;
  });
}
