// The language of the app: as the browser says, or as was chosen here. English is there from the start, others are loaded.

import { read, write } from '../dom/storage';
import { en } from './en';
import { fill, type Key, type Messages, type Values } from './messages';
import { loadRefusals } from './server';

/** Each language by its own name. */
export const languages = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof languages;

const load: Record<Language, () => Promise<Messages>> = {
  en: () => Promise.resolve(en),
  de: async () => (await import('./de')).de,
};

export class I18n {
  language = $state<Language>('en');
  /** The choice made here, if one was. */
  chosen = $state<Language | null>(null);
  /** The messages are there; before, what is shown would be in another language for a moment. */
  ready = $state(false);
  /** The tag for dates and numbers: the browser's own regional form of the language where it has one. */
  locale: string = $derived(navigator.languages.find((tag) => baseOf(tag) === this.language) ?? this.language);

  #messages = $state.raw<Messages>(en);
  /** The language that was asked for last: what is loaded for another one comes too late. */
  #wanted: Language = 'en';

  /** Takes the language that was kept, or that of the browser. To be called again where it couldn't be loaded. */
  start(): Promise<void> {
    const kept = read('language');
    return this.#apply(kept !== null && kept in languages ? (kept as Language) : null);
  }

  choose(choice: Language | null): Promise<void> {
    write('language', choice);
    return this.#apply(choice);
  }

  /** The message for a key, in the reader's language. */
  t = <K extends Key>(key: K, ...[values]: Values<K>): string => fill(this.locale, this.#messages[key], values);

  async #apply(choice: Language | null): Promise<void> {
    const language = choice ?? pick(navigator.languages);
    this.chosen = choice;
    this.#wanted = language;
    // Where it can't be loaded, the one before stays.
    const messages = await load[language]().catch(() => null);
    if (this.#wanted !== language) return;
    if (messages) {
      this.#messages = messages;
      this.language = language;
      document.documentElement.lang = language;
    }
    this.ready = true;
    // Without them, refusals are said in general.
    if (language === 'de') loadRefusals().catch(() => undefined);
  }
}

/** The first of the reader's languages that the app speaks, else English. */
export function pick(tags: readonly string[]): Language {
  const known = tags.map(baseOf).find((base) => base in languages);
  return (known as Language | undefined) ?? 'en';
}

function baseOf(tag: string): string {
  return tag.split('-')[0]?.toLowerCase() ?? tag;
}
