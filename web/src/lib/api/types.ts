// What the API answers, by the names that the app has for it. The shapes are the server's own (`schemas.ts`).

import type { components } from './schemas';

type Schemas = components['schemas'];

export type User = Schemas['User'];
/** The signed-in user, with how much of the inbox is unread. */
export type Me = Schemas['Me'];
export type Space = Schemas['Space'];
/** A row of "my spaces". */
export type SpaceSummary = Schemas['SpaceSummary'];
export type SpaceDetail = Schemas['SpaceOfMember'];
export type Member = Schemas['Member'];
/** What one is told of, in the inbox. */
export type Notice = Schemas['Notice'];
/** How much one is told of a space. */
export type NoticeSettings = Schemas['NoticeSettings'];
/** Without its space where that goes without saying: in the list of a space's shares. */
/** How much photos and videos take, and how much they may. */
export type Storage = Schemas['Storage'];
export type Share = Schemas['ShareInList'] & Partial<Pick<Schemas['Share'], 'space'>>;
export type Comment = Schemas['Comment'];
/** What a share shows of its comments. */
export type Conversation = Schemas['Conversation'];
/** An emoji under a share or a comment, with how many have reacted with it. */
export type ReactionCount = Schemas['ReactionCount'];
/** Who has reacted, and with what. */
export type Reaction = Schemas['Reaction'];
export type Image = Schemas['Image'];
/** A photo or video of a share. */
export type Medium = Schemas['Medium'];
/** A photo or video of a space, with the share that it belongs to, and the link to itself. */
export type Photo = Omit<Schemas['ImageInList'], 'image' | 'image_url'> & { image: Medium; image_url: string };
export type SignIn = Schemas['Session'];
export type ServerInfo = Schemas['Server'];
export type Limits = ServerInfo['limits'];
/** A feed of a space, as its member sees it. */
export type Feed = Schemas['Feed'];
/** With its address, which is shown only once. */
export type NewFeed = Schemas['FeedWithAddress'];
/** A link by which people come into a space, as its admins see it. */
export type Invitation = Schemas['Invitation'];
export type Role = Invitation['role'];
/** With the link itself, which is shown only once. */
export type NewInvitation = Schemas['InvitationWithLink'];
/** What an invitation link offers to its holder. */
export type InvitationPreview = Schemas['InvitationPreview'];
/** A refusal. */
export type Problem = Schemas['Problem'];

/** A photo or video that was sent before its share, with the upload of the picture that a video is shown by. */
export interface NewMedium {
  upload: number;
  poster?: number;
  caption?: string;
  /** Null: when it was taken isn't to be kept. */
  taken_at?: string | null;
}

export interface NewShare {
  text: string;
  media: NewMedium[];
}

/** A photo or video that an edited share already has. */
export interface KeptMedium {
  id: number;
  caption: string | null;
  taken_at?: string | null;
}

/** What a share is to be. Without `media`, its photos stay as they are. */
export interface EditedShare {
  text: string;
  media?: (KeptMedium | NewMedium)[];
}

/** A file that was sent before its share. */
export type Upload = Schemas['Upload'];

/** A page of a list, and the address of the next page if there is one. */
export interface Page<T> {
  rows: T[];
  next: string | null;
}
