// The shape of the server's refusals in a language.

/** For each code, or `code.reason`, a sentence with the names of its values; or several, of which the first is said whose values
are all known. */
export type Sentences = Record<string, string | [full: string, ...plainer: string[]]>;
