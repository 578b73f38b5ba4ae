// The server's sentences, in the reader's language: none reaches anybody in another one.

import { ApiError } from '../api/errors';
import type { Language } from './index.svelte';
import type { Key } from './messages';
import * as de from './server.de';
import * as en from './server.en';

type Known = string | [pattern: RegExp, sentence: string];

/** For each code a sentence, or what the server's sentence looks like and a sentence with its parts; several where a code has
several sentences. {0} is a number or one of the words that the language has; {=0} is repeated as it is, such as a name. */
export type Sentences = Record<string, Known | Known[]>;

const translations: Record<Language, { words: Record<string, string>; sentences: Sentences }> = { de, en };

/** A refusal in a language; null if only the server's own words are left. */
export function translate(language: Language, code: string, sentence: string): string | null {
  const { words, sentences } = translations[language];
  const known = Object.hasOwn(sentences, code) ? sentences[code] : undefined;
  if (known === undefined) return null;
  const isOne = typeof known === 'string' || known[0] instanceof RegExp;
  for (const each of isOne ? [known as Known] : (known as Known[])) {
    if (typeof each === 'string') return each;
    const filled = fillIn(each, sentence, words);
    if (filled !== null) return filled;
  }
  return null;
}

/** Null where the sentence is another, or says a word in one of its places that the language hasn't. */
function fillIn([pattern, translated]: [RegExp, string], sentence: string, words: Record<string, string>): string | null {
  const parts = sentence.match(pattern)?.slice(1);
  if (!parts) return null;
  let isKnown = true;
  const filled = translated.replace(/\{(=?)(\d)\}/g, (_, asItIs: string, at: string) => {
    const part = parts[Number(at)] ?? '';
    if (asItIs || /^\d/.test(part)) return part;
    isKnown &&= Object.hasOwn(words, part);
    return words[part] ?? '';
  });
  return isKnown ? filled : null;
}

/** What is said where the server's own words can't be: they are in another language, or it was something in front of the server
that answered. */
export function generalOf(error: unknown): Extract<Key, `error.${string}`> {
  if (!(error instanceof ApiError)) return 'error.unexpected';
  if (error.unreachable) return 'error.unreachable';
  if (error.code === 'session_not_kept') return 'error.session_not_kept';
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
