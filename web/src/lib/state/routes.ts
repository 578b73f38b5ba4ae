// The app's addresses, both ways.

import type { Medium } from '../api/types';
import { base, withoutBase } from '../dom/base';

const app = `${base}/app`;

/** A photo by its share and by its own number; without that, as in links from before photos had one, the first of the share. */
export interface PhotoAddress {
  share: number;
  photo: number | null;
}

/** Photos alone, or videos; null for both. */
export type Kinds = Medium['kind'] | null;

/** What the page of those who run the server is made of. */
const OPERATOR = ['people', 'spaces', 'storage', 'photos', 'backups', 'health', 'log'] as const;
export type OperatorSection = (typeof OPERATOR)[number];

export type Route =
  | { page: 'home' }
  | { page: 'sign-in' }
  | { page: 'register' }
  | { page: 'invitation' }
  | { page: 'password-reset' }
  | { page: 'account' }
  | { page: 'notices' }
  | { page: 'share-target' }
  | { page: 'operator'; section: OperatorSection }
  | { page: 'space'; id: number }
  | { page: 'members'; id: number }
  | { page: 'photos'; id: number; photo: PhotoAddress | null; kinds: Kinds }
  | { page: 'settings'; id: number }
  | { page: 'share'; id: number }
  | { page: 'not-found' };

export const paths = {
  home: `${app}/`,
  signIn: `${app}/sign-in`,
  register: `${app}/register`,
  invitation: `${app}/invitation`,
  passwordReset: `${app}/password-reset`,
  account: `${app}/account`,
  notices: `${app}/notices`,
  operator: (section: OperatorSection = 'people') => `${app}/operator${section === 'people' ? '' : `/${section}`}`,
  space: (id: number) => `${app}/spaces/${id}`,
  members: (id: number) => `${app}/spaces/${id}/members`,
  photos: (id: number, kinds: Kinds = null) => `${app}/spaces/${id}/photos${only(kinds)}`,
  photo: (space: number, share: number, photo: number, kinds: Kinds = null) => `${app}/spaces/${space}/photos/${share}/${photo}${only(kinds)}`,
  settings: (id: number) => `${app}/spaces/${id}/settings`,
  share: (id: number, comment: number | null = null) => `${app}/shares/${id}${comment === null ? '' : `?comment=${comment}`}`,
};

const NOT_FOUND: Route = { page: 'not-found' };

function only(kinds: Kinds): string {
  return kinds === null ? '' : `?kind=${kinds}`;
}

/** The route of a path with its query. */
export function match(url: string): Route {
  const [pathname = '', search] = url.split('?');
  // Some programs encode the `#` of a link so; what follows isn't part of the path.
  const [path = ''] = withoutBase(pathname).split('%23');
  const parts = path.split('/').filter(Boolean);
  if (parts.length === 0) return { page: 'home' };
  if (parts[0] !== 'app') return NOT_FOUND;
  const [, noun, given, view, ...items] = parts;
  if (noun === undefined) return { page: 'home' };
  if (noun === 'operator') return view === undefined ? operatorAt(given) : NOT_FOUND;
  if (given === undefined) {
    return isPage(noun) ? { page: noun } : NOT_FOUND;
  }
  const id = idOf(given);
  if (id === null) return NOT_FOUND;
  if (view === 'photos' && noun === 'spaces') return photosAt(id, items, kindsIn(search));
  if (items.length > 0) return NOT_FOUND;
  if (noun === 'shares') return view === undefined ? { page: 'share', id } : NOT_FOUND;
  if (noun !== 'spaces') return NOT_FOUND;
  if (view === undefined) return { page: 'space', id };
  return view === 'members' || view === 'settings' ? { page: view, id } : NOT_FOUND;
}

function operatorAt(given = 'people'): Route {
  const section = OPERATOR.find((each) => each === given);
  return section ? { page: 'operator', section } : NOT_FOUND;
}

/** The photos of a space, or one over them: the photo's number follows that of its share. */
function photosAt(id: number, [share, photo, ...rest]: string[], kinds: Kinds): Route {
  if (share === undefined) return { page: 'photos', id, photo: null, kinds };
  const address = { share: idOf(share), photo: photo === undefined ? null : idOf(photo) };
  const isNone = address.share === null || (photo !== undefined && address.photo === null) || rest.length > 0;
  return isNone ? NOT_FOUND : { page: 'photos', id, photo: address as PhotoAddress, kinds };
}

/** What else an address may ask for isn't known: then it is everything. */
function kindsIn(search: string | undefined): Kinds {
  const kind = new URLSearchParams(search).get('kind');
  return kind === 'photo' || kind === 'video' ? kind : null;
}

const PAGES = ['sign-in', 'register', 'invitation', 'password-reset', 'account', 'notices', 'share-target'] as const;

function isPage(noun: string): noun is (typeof PAGES)[number] {
  return PAGES.some((page) => page === noun);
}

/** A positive number that is written as one. */
function idOf(text: string): number | null {
  return /^[1-9]\d{0,15}$/.test(text) ? Number(text) : null;
}

/** The space that a route is about, if it says so itself. */
export function spaceOf(route: Route): number | null {
  switch (route.page) {
    case 'space':
    case 'members':
    case 'photos':
    case 'settings':
      return route.id;
    default:
      return null;
  }
}

/** The comment that a link to a share is about. */
export function commentOf(url: string): number | null {
  return idOf(new URLSearchParams(url.split('?')[1]).get('comment') ?? '');
}

/** Where to go after signing in: an address of this app, whatever the query says. */
export function afterSignIn(search: string): string {
  const to = new URLSearchParams(search).get('to');
  if (!to?.startsWith(`${app}/`)) return paths.home;
  const { page } = match(to.split(/[?#]/)[0] ?? to);
  return page === 'sign-in' || page === 'register' ? paths.home : to;
}
