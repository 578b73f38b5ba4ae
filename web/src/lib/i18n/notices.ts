// What is said of notices, in each language. Loaded with what happens on the server.

import { messagesOf } from './messages';
import { de } from './notices/de';
import { en } from './notices/en';

/** The message for a key, in the reader's language. */
export const tell = messagesOf({ en, de });
