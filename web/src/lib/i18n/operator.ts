// What is said to those who run the server, in each language. Loaded with their page.

import { messagesOf } from './messages';
import { de } from './operator/de';
import { en } from './operator/en';

/** The message for a key, in the reader's language. */
export const word = messagesOf({ en, de });
