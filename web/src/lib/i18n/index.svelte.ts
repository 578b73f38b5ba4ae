// The language of the app: as the browser says, or as was chosen here.

import { read, write } from '../dom/storage';
import { de } from './de';
import { en } from './en';
import { fill, type Key, type Messages, type Values } from './messages';
import { loadRefusals } from './server';

/** Each language by its own name. */
export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

const messages: Record<Language, Messages> = { en, de };

export class I18n {
  language = $state<Language>('en');
  /** The choice made here, if one was. */
  chosen = $state<Language | null>(null);
  /** The tag for dates and numbers: the browser's own regional form of the language where it has one. */
  locale: string = $derived(navigator.languages.find((tag) => baseOf(tag) === this.language) ?? this.language);

  start(): void {
    const kept = read('language');
    this.#apply(kept !== null && kept in messages ? (kept as Language) : null);
  }

  choose(choice: Language | null): void {
    write('language', choice);
    this.#apply(choice);
  }

  /** The message for a key, in the reader's language. */
  t = <K extends Key>(key: K, ...[values]: Values<K>): string =>
    fill(this.locale, messages[this.language][key], values);

  #apply(choice: Language | null): void {
    this.chosen = choice;
    this.language = choice ?? pick(navigator.languages);
    document.documentElement.lang = this.language;
    // Without them, refusals are said in general.
    if (this.language === 'de') loadRefusals().catch(() => undefined);
  }
}

/** The first of the reader's languages that the app speaks, else English. */
export function pick(tags: readonly string[]): Language {
  const known = tags.map(baseOf).find((base) => base in messages);
  return (known as Language | undefined) ?? 'en';
}

function baseOf(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? tag;
}
