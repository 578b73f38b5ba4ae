// The server's refusals, in the reader's language: by their codes and what they are made of, never by their sentences.

import { ApiError, type Params } from '../api/errors';
import { bytes } from '../format/numbers';
import { isolated, type Key } from './messages';
import { loadReasons, reasons } from './reasons';
import * as en from './server.en';
import type { Sentences } from './server.sentences';

type Language = 'de' | 'en';

interface Translation {
  fields: Record<string, string>;
  sentences: Sentences;
}

// In English the server's own sentence is there too; until the German ones are loaded, what is said says less.
const translations: Record<Language, Translation> = { de: { fields: {}, sentences: {} }, en };

/** Loads what isn't there from the start: many words, of which the first page seldom needs any. */
export async function loadRefusals(): Promise<void> {
  [translations.de] = await Promise.all([import('./server.de'), loadReasons()]);
}

const lookUp = <T>(table: Record<string, T>, key: unknown): T | undefined =>
  typeof key === 'string' && Object.hasOwn(table, key) ? table[key] : undefined;

/** A refusal in a language; null if only the server's own words are left. */
export function translate(language: Language, code: string, params: Params): string | null {
  const { sentences } = translations[language];
  const known = lookUp(sentences, `${code}.${String(params['reason'])}`) ?? lookUp(sentences, code);
  for (const sentence of [known ?? []].flat()) {
    const filled = fillIn(language, sentence, params);
    if (filled !== null) return filled;
  }
  return null;
}

/** Null where a value is missing, or is a word that the language hasn't. */
function fillIn(language: Language, sentence: string, params: Params): string | null {
  let isKnown = true;
  const filled = sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = valueOf(language, name, params);
    isKnown &&= value !== undefined;
    return value ?? '';
  });
  return isKnown ? filled : null;
}

function valueOf(language: Language, name: string, params: Params): string | undefined {
  const value = params[name];
  switch (name) {
    case 'field':
      return lookUp(translations[language].fields, value);
    case 'numbered':
      return numberedOf(language, params);
    case 'reason':
      return lookUp(reasons[language], value);
    case 'wait_seconds':
      return typeof value === 'number' ? waitOf(language, value) : undefined;
    case 'size':
      return typeof params['max'] === 'number' ? sizeOf(language, params['max']) : undefined;
    case 'used_size':
      return typeof params['used'] === 'number' ? bytes(params['used'], language) : undefined;
    case 'max_size':
      return typeof params['max'] === 'number' ? bytes(params['max'], language) : undefined;
  }
  if (typeof value === 'number') return new Intl.NumberFormat(language).format(value);
  if (Array.isArray(value)) return new Intl.ListFormat(language).format(value.map((each) => isolated(String(each))));
  return typeof value === 'string' ? isolated(value) : undefined;
}

/** Which of several photos and videos it is of. */
function numberedOf(language: Language, { field, number }: Params): string | undefined {
  if (typeof number !== 'number') return undefined;
  const photo = language === 'de' ? 'Foto' : 'Photo';
  return `${field === 'video' ? 'Video' : photo} ${number}`;
}

/** Whole seconds, or minutes where they are many. */
function waitOf(language: Language, seconds: number): string {
  const [number, unit] = seconds <= 90 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(number);
}

function sizeOf(language: Language, bytes: number): string {
  const mebi = bytes / 1024 / 1024;
  const [number, unit] = Number.isInteger(mebi) ? [mebi, 'MiB'] : [bytes, 'Byte'];
  return `${new Intl.NumberFormat(language).format(number)} ${unit}`;
}

/** What went wrong, in a sentence: in the server's words where it has some. */
export function sentenceOf({ language, t }: { language: Language; t: (key: ReturnType<typeof generalOf>) => string }, error: unknown): string {
  const known = error instanceof ApiError ? error : null;
  return (known && translate(language, known.code, known.params)) ?? ((language === 'en' && known?.sentence) || t(generalOf(error)));
}

/** The message if the server's own words can't be used: they are in another language, or it was something in front of the server
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
