// What a page and the holder of the stream of events say to each other.

import type { ApiError } from '../errors';
import type { Comment, Me, Medium, Member, Notice, NoticeSettings, ReactionCount, Share, SpaceDetail, SpaceSummary } from '../types';

interface InSpace {
  space_id: number;
}

interface InShare extends InSpace {
  share_id: number;
}

interface Gone {
  id: number;
}

/** What the data of each kind of event is: what it happened to, as the reader may see it, or the id of what is gone. */
interface Data {
  'share.created': InSpace & Share;
  'share.edited': InSpace & Share;
  'share.deleted': InSpace & Gone;
  'media.ready': InShare & Medium;
  'comment.created': InShare & Comment;
  'comment.edited': InShare & Comment;
  'comment.deleted': InShare & Gone;
  /** To the share itself, or to one of its comments. */
  'reaction.changed': InShare & { comment_id: number | null; reactions: ReactionCount[] };
  'member.joined': InSpace & Member;
  'member.changed': InSpace & Member;
  'member.left': InSpace & Gone;
  'space.changed': InSpace & SpaceDetail;
  'space.deleted': InSpace & Gone;
  /** One has read something there, on whichever device. */
  'read.changed': InSpace & SpaceSummary;
  'notice.created': InSpace & Notice;
  /** How much one is told of the space, as chosen on whichever device. */
  'notices.changed': InSpace & NoticeSettings;
}

/** How much of the inbox is read. It is of no space. */
interface NoticesRead {
  up_to: number;
  unread_notices: number;
  space_id?: undefined;
}

/** The user themselves, whose account is of no space. */
type MyAccount = Me & { space_id?: undefined };

/** What has happened. */
export type Happening =
  | { [K in keyof Data]: { kind: K; data: Data[K] } }[keyof Data]
  | { kind: 'notices.read'; data: NoticesRead }
  | { kind: 'me.changed'; data: MyAccount };

/** An event of the stream. Its data is text until somebody needs it. */
export interface StreamEvent {
  /** The reader's place in the stream after it. */
  id: string;
  kind: string;
  data: string;
}

/** Why there is no stream; without a status where no answer came, or one that isn't a stream. */
export type Refusal = Pick<ApiError, 'status' | 'sentence' | 'code' | 'retryAfter' | 'params'>;

export type FromPage =
  /** The page is there, which it says again and again, and has everything up to this event. It says too whether one has just come
  back to it. */
  | { kind: 'here'; after: string | null; returned: boolean }
  /** The server can be reached again. */
  | { kind: 'retry' }
  /** The page goes, or isn't looked at any more. */
  | { kind: 'gone' };

export type FromHub =
  /** The page is known. */
  | { kind: 'welcome' }
  /** From here on the page gets all events. What it has read so far may be older. */
  | { kind: 'open'; id: string | null }
  | { kind: 'event'; event: StreamEvent }
  | { kind: 'failed'; refusal: Refusal };
