// Where, among the shares of a space, those end that have come since one was there last. It stays there until one leaves.

import type { Share, SpaceSummary } from '../api/types';
import { moment } from '../format/time';

/** What one had read when one came, and the newest that was there by then. */
export interface Visit {
  after: number;
  upTo: number;
}

/** In milliseconds: what comes so soon after one has come was there before, and only arrives now. */
export const ARRIVING = 5_000;
/** In milliseconds: who looks elsewhere for longer has left. */
export const AWAY = 5 * 60_000;

/** The visit that begins now. */
export function visitOf(summary: SpaceSummary): Visit {
  return { after: summary.last_read_share_id ?? 0, upTo: Infinity };
}

/** What comes from now on comes during the visit. */
export function settled(visit: Visit, shares: readonly Share[]): Visit {
  return { ...visit, upTo: Math.max(visit.after, ...shares.map(({ id }) => id)) };
}

/** The first share that isn't new; null if none of the others' was, or if all are new. */
export function lineAbove(shares: readonly Share[], { after, upTo }: Visit, me: number): number | null {
  const isNew = shares.some(({ id, user }) => id > after && id <= upTo && user.id !== me);
  return (isNew && shares.find(({ id }) => id <= after)?.id) || null;
}

/** What tells whether more was said to a share since: of several comments, one may have gone and another come. */
export function lastSaid({ comments: { count, latest } }: Pick<Share, 'comments'>): string {
  return `${count} ${latest.at(-1)?.id ?? ''}`;
}

/** Whether a share came after one that stands above it, for its photos took longer: then it is new though that was read. */
export function isLate(share: Share, shares: readonly Share[]): boolean {
  return shares.some(({ id, timestamp }) => id > share.id && moment(timestamp).getTime() <= moment(share.timestamp).getTime());
}
