// The shape of what health checks have found, in a language.

import type { Check } from '../../api/operator';

export interface CheckWords {
  /** For each code a sentence with the names of its values; or two, of which the first is said whose values are all there. */
  sentences: Record<Check['code'], string | [full: string, plainer: string]>;
  /** The server's words among the values: by the name of the value and the word. */
  values: Record<string, string>;
}
