// The shape of the server's refusals in a language.

/** For each code, or `code.reason`, a sentence with the names of its values; or one and another that is said where a value is
unknown. */
export type Sentences = Record<string, string | [full: string, plain: string]>;
