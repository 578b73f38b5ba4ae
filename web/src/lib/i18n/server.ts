// The server's sentences, in the reader's language: none reaches anybody in another one.

import { ApiError } from '../errors';
import type { Language } from './index.svelte';
import type { Key } from './messages';
import * as de from './server.de';

type Known = string | [pattern: RegExp, sentence: string];

/** For each code a sentence, or what the server's sentence looks like and a sentence with its parts; several where a code has
several sentences. */
export type Sentences = Record<string, Known | Known[]>;

const translations: Partial<Record<Language, { words: Record<string, string>; sentences: Sentences }>> = { de };

/** A refusal in a language; null if only the server's own words are left. */
export function translate(language: Language, code: string, sentence: string): string | null {
  const translation = translations[language];
  const known = translation && Object.hasOwn(translation.sentences, code) ? translation.sentences[code] : undefined;
  if (!translation || known === undefined) return null;
  const isOne = typeof known === 'string' || known[0] instanceof RegExp;
  for (const each of isOne ? [known as Known] : (known as Known[])) {
    if (typeof each === 'string') return each;
    const parts = sentence.match(each[0])?.slice(1);
    if (!parts) continue;
    return each[1].replace(/\{(\d)\}/g, (_, at: string) => {
      const part = parts[Number(at)] ?? '';
      return translation.words[part] ?? part;
    });
  }
  return null;
}

/** What is said where the server's own words can't be: they are in another language, or it was something in front of the server
that answered. */
export function generalOf(error: unknown): Extract<Key, `error.${string}`> {
  if (!(error instanceof ApiError)) return 'error.unexpected';
  if (error.unreachable) return 'error.unreachable';
  switch (error.status) {
    case 408:
    case 429:
    case 503:
      return 'error.busy';
    case 413:
      return 'error.too_large';
    case 401:
    case 403:
      return 'error.forbidden';
    case 404:
    case 410:
      return 'error.gone';
    case 507:
      return 'error.full';
    default:
      return error.status >= 400 && error.status < 500 ? 'error.refused' : 'error.unexpected';
  }
}
