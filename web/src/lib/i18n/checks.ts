// What health checks have found, in the reader's language: by their codes and values, never by their sentences. Loaded with the page
// of those who run the server.

import type { Check } from '../api/operator';
import { bytes } from '../format/numbers';
import { span } from '../format/span';
import { moment } from '../format/time';
import { de } from './checks/de';
import { en } from './checks/en';
import { isolated } from './messages';
import { translate } from './server';

type Language = 'de' | 'en';
type Values = Record<string, unknown>;

interface Reader {
  language: Language;
  locale: string;
}

const words = { de, en };

/** In the reader's language, or in the server's own words if it is newer than this app. */
export function wordsOf(reader: Reader, { code, params, message }: Check): { text: string; language: Language } {
  const { language } = reader;
  const sentences = lookUp(words[language].sentences, code) ?? [];
  for (const sentence of [sentences].flat()) {
    const filled = fillIn(reader, sentence, params);
    if (filled === null) continue;
    const advice = wordOf(language, 'advice', params.advice);
    return { text: advice === undefined ? filled : `${filled}. ${advice}`, language };
  }
  return { text: message, language: 'en' };
}

const lookUp = <T>(table: Record<string, T>, key: string): T | undefined => (Object.hasOwn(table, key) ? table[key] : undefined);

/** A word of the server's, in the reader's language. */
const wordOf = (language: Language, name: string, word: unknown) =>
  typeof word === 'string' ? lookUp(words[language].values, `${name}.${word}`) : undefined;

/** Null where a value is missing. */
function fillIn(reader: Reader, sentence: string, values: Values): string | null {
  let isKnown = true;
  const filled = sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = valueOf(reader, name, values[name]);
    isKnown &&= value !== undefined;
    return value ?? '';
  });
  return isKnown ? filled : null;
}

/** The name of a value says what it is. */
function valueOf(reader: Reader, name: string, value: unknown): string | undefined {
  const { language, locale } = reader;
  if (Array.isArray(value)) {
    const all = value.map((each: unknown) => (name === 'logins' ? loginOf(reader, each) : valueOf(reader, name, each)));
    return all.every((each) => each !== undefined) ? new Intl.ListFormat(locale).format(all) : undefined;
  }
  if (typeof value === 'number') {
    if (name.endsWith('_bytes')) return bytes(value, locale);
    if (name.endsWith('_seconds')) return span(value, locale);
    // That of a port isn't an amount.
    return name === 'port' ? String(value) : new Intl.NumberFormat(locale).format(value);
  }
  if (typeof value !== 'string') return undefined;
  if (name.endsWith('_at')) return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(moment(value));
  return wordOf(language, name, value) ?? isolated(value);
}

/** A login that would be refused today, and why. */
function loginOf(reader: Reader, each: unknown): string | undefined {
  if (typeof each !== 'object' || each === null) return undefined;
  const { login, code, params } = each as Values;
  if (typeof login !== 'string' || typeof code !== 'string') return undefined;
  const values = (params ?? {}) as Values;
  const own = wordOf(reader.language, 'logins', code);
  const why = own === undefined ? translate(reader.language, code, values) : fillIn(reader, own, values);
  const quoted = reader.language === 'de' ? `„${isolated(login)}“` : `“${isolated(login)}”`;
  return why === null ? quoted : `${quoted} (${why})`;
}
