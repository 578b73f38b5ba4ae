// What keeps a share from being sent, found before it is sent.

import type { ServerInfo } from '../api/types';
import { lengthOf } from '../format/length';

/** `nothing` to send yet; photos from before that couldn't be loaded; a photo that the server refuses; words that are missing next to a photo, or too few, or too many. */
export type ShareProblem = { what: 'nothing' | 'missing' | 'refused' | 'over' } | { what: 'words' | 'few'; least: number };

/** What is missing or too much; null if it can be sent. Without a response from the server, only the obvious is known. */
export function shareProblem(text: string, hasPhoto: boolean, server: ServerInfo | null): ShareProblem | null {
  const words = text.trim();
  const least = server?.limits.text_min ?? 1;
  if (words === '') {
    if (!hasPhoto) return { what: 'nothing' };
    return server?.photo_needs_text ? { what: 'words', least } : null;
  }
  const length = lengthOf(text);
  if (length < least) return { what: 'few', least };
  return server && length > server.limits.text_max ? { what: 'over' } : null;
}
