// What is said of mail, in each language. Loaded with the account.

import { de } from './mail/de';
import { en } from './mail/en';
import { messagesOf } from './messages';

/** The message for a key, in the reader's language. */
export const write = messagesOf({ en, de });
