// What is said in conversations, in each language. Loaded with the first conversation.

import { messagesOf } from './messages';
import { de } from './talk/de';
import { en } from './talk/en';

/** The message for a key, in the reader's language. */
export const say = messagesOf({ en, de });
