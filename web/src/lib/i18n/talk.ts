// What is said in conversations, in each language. Loaded with the first conversation.

import type { I18n } from './index.svelte';
import { fill } from './messages';
import { de } from './talk/de';
import { en, type TalkKey, type TalkMessages } from './talk/en';

const messages: Record<I18n['language'], TalkMessages> = { en, de };

/** The message for a key, in the reader's language. */
export const say = ({ language, locale }: Pick<I18n, 'language' | 'locale'>, key: TalkKey, values?: Record<string, string | number>) =>
  fill(locale, messages[language][key], values);
