// What a language has to offer, and how a message is filled in.

import type { en } from './en';

export type Key = keyof typeof en;

/** The forms of a message that depends on a number; `other` is for all that have none of their own. */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

export type Messages = { [K in Key]: (typeof en)[K] extends string ? string : Forms };

type NamesIn<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type TextOf<K extends Key> = (typeof en)[K] extends { other: infer T } ? T : (typeof en)[K];

/** What a message needs: nothing, or a value for each name in it; a number where it depends on one. */
export type Values<K extends Key> = [NamesIn<TextOf<K>>] extends [never]
  ? []
  : [values: { [N in NamesIn<TextOf<K>>]: N extends 'n' ? number : string }];

/** The message with its names filled in. Numbers choose the form and are written as the language writes them. */
export function fill(language: string, message: string | Forms, values: Record<string, string | number> = {}): string {
  let text: string;
  if (typeof message === 'string') text = message;
  else text = message[new Intl.PluralRules(language).select(Number(values['n']))] ?? message.other;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : isolated(value);
  });
}

/** What says the messages of a part of the app that is loaded late, in the reader's language. */
export const messagesOf =
  <L extends string, K extends string>(messages: Record<L, Record<K, string | Forms>>) =>
  ({ language, locale }: { language: L; locale: string }, key: K, values?: Record<string, string | number>): string =>
    fill(locale, messages[language][key], values);

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|\ud802|\ud803|\ud83a|\ud83b/;

/** A right-to-left name doesn't reorder the sentence around it: invisible marks isolate it. */
export function isolated(value: string): string {
  return RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;
}
