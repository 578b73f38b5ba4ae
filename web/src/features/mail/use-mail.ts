// What mail has from the app.

import { MailApi } from '../../lib/api/mail';
import { write } from '../../lib/i18n/mail';
import type { MailKey } from '../../lib/i18n/mail/en';
import { useApp } from '../../lib/state/app.svelte';
import { OwnMail } from '../../lib/state/own-mail.svelte';

/** To be called while a component is made. */
export function useMail() {
  const { announcer, api, i18n, session } = useApp();
  return {
    own: new OwnMail({ mail: new MailApi(api), session, onkept: () => announcer.say(write(i18n, 'kept')) }),
    write: (key: MailKey, values?: Record<string, string | number>) => write(i18n, key, values),
  };
}
