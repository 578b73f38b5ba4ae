// What is said of names and pictures, in each language. Loaded with the account and the settings of a space.

import { de } from './faces/de';
import { en } from './faces/en';
import { messagesOf } from './messages';

/** The message for a key, in the reader's language. */
export const speak = messagesOf({ en, de });
