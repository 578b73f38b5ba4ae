// What the API answers, as it answers it.

export interface User {
  id: number;
  login: string;
}

export interface Space {
  id: number;
  name: string;
}

/** A row of "my spaces". */
export interface MySpace {
  space: Space;
  is_admin: boolean;
  member_count: number;
  latest_share: LatestShare | null;
}

export interface LatestShare {
  id: number;
  user: User;
  text: string;
  timestamp: string;
  has_photo: boolean;
}

export interface SpaceDetail extends Space {
  is_admin: boolean;
  member_count: number;
}

export interface Member {
  user: User;
  is_admin: boolean;
}

export interface Share {
  id: number;
  /** Missing where it goes without saying: in the list of a space's shares. */
  space?: Space;
  user: User;
  text: string;
  timestamp: string;
  image_url: string | null;
  /** Null where there is no photo. */
  image: Image | null;
}

export interface Preview {
  url: string;
  width: number;
  height: number;
}

export interface Image {
  /** The photo's own: one that takes its place has another. */
  id: number;
  /** Pixels as shown, after orientation. */
  width: number;
  height: number;
  /** A thumbhash in base64, once it is known. */
  placeholder: string | null;
  animated: boolean;
  previews: { small: Preview; large: Preview };
}

/** A photo of a space, with the share that it belongs to. */
export interface Photo {
  image_url: string;
  share_id: number;
  timestamp: string;
  user: User;
  image: Image;
}

export interface SignIn {
  id: number;
  created_at: string;
  last_used_at: string;
  device: string | null;
  is_current: boolean;
}

export interface Limits {
  login_min: number;
  login_max: number;
  password_min: number;
  password_max: number;
  space_name_min: number;
  space_name_max: number;
  text_min: number;
  text_max: number;
  photo_bytes: number;
  photo_pixels: number;
}

export interface ServerInfo {
  registration: 'open' | 'invite' | 'closed';
  needs_first_account: boolean;
  limits: Limits;
  photo_types: string[];
  /** Whether a photo can't be shared without words. */
  photo_needs_text: boolean;
}

export type Role = 'member' | 'admin';

/** A link by which people come into a space, as its admins see it. */
export interface Invitation {
  id: number;
  role: Role;
  uses_left: number;
  /** Its maker is an admin of the space still. */
  is_valid: boolean;
  created_by: User | null;
  created_at: string;
  expires_at: string;
}

/** With the link itself, which is told only once. */
export interface NewInvitation extends Invitation {
  url: string;
  /** The link as an SVG image that a phone can read. */
  qr: string;
}

/** What a link offers to whoever has it. */
export interface Offer {
  space: Space | null;
  role: Role;
  invited_by: string | null;
  expires_at: string;
}

/** A piece of a list, and the address of the next piece if there is one. */
export interface Page<T> {
  rows: T[];
  next: string | null;
}
