// What the page of those who run the server has from the app.

import type { Check } from '../../lib/api/operator';
import { wordsOf } from '../../lib/i18n/checks';
import { word } from '../../lib/i18n/operator';
import type { OperatorKey } from '../../lib/i18n/operator/en';
import { useApp } from '../../lib/state/app.svelte';
import { Operator } from '../../lib/state/operator/operator.svelte';

/** To be called while a component is made. */
export function useOperator() {
  const app = useApp();
  const { i18n } = app;
  return {
    operator: app.part(Operator),
    word: (key: OperatorKey, values?: Record<string, string | number>) => word(i18n, key, values),
    /** What a check has found, and in which language that is. */
    found: (check: Check) => wordsOf(i18n, check),
    /** A moment to come, with its time. */
    moment: (at: string) => new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at)),
  };
}
