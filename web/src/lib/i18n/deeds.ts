// What an operator did, in a sentence.

import type { Deed } from '../api/operator';
import { bytes } from '../format/numbers';
import { word } from './operator';
import { en, type OperatorKey } from './operator/en';

type Reader = Parameters<typeof word>[0];

/** In the reader's language; the server's own word for something that this app doesn't know yet. */
export function sentenceOf(reader: Reader, { who, action, about, about_id, detail }: Deed): string {
  const key = `did.${action}`;
  if (!isKey(key)) return [who ?? word(reader, 'log.shell'), action, about, detail].filter((part) => part !== null).join(' · ');
  return word(reader, key, {
    who: who ?? word(reader, 'log.shell'),
    about: about ?? (about_id === null ? '' : `#${about_id}`),
    detail: key === 'did.user_quota_changed' || key === 'did.space_quota_changed' ? quotaOf(reader, detail) : (detail ?? ''),
  });
}

const isKey = (key: string): key is OperatorKey => Object.hasOwn(en, key);

/** Bytes, or a word of the server's. */
function quotaOf(reader: Reader, detail: string | null): string {
  if (detail === 'default') return word(reader, 'log.default');
  if (detail === 'none') return word(reader, 'log.no_quota');
  return /^\d+$/.test(detail ?? '') ? bytes(Number(detail), reader.locale) : (detail ?? '');
}
