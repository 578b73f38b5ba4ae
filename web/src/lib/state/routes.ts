// The app's addresses, both ways.

/** A photo by its share and by its own number; without that, as in links from before photos had one, the first of the share. */
export interface PhotoAddress {
  share: number;
  photo: number | null;
}

export type Route =
  | { page: 'home' }
  | { page: 'sign-in' }
  | { page: 'register' }
  | { page: 'invitation' }
  | { page: 'password-reset' }
  | { page: 'account' }
  | { page: 'space'; id: number }
  | { page: 'members'; id: number }
  | { page: 'photos'; id: number; photo: PhotoAddress | null }
  | { page: 'settings'; id: number }
  | { page: 'share'; id: number }
  | { page: 'not-found' };

export const paths = {
  home: '/app/',
  signIn: '/app/sign-in',
  register: '/app/register',
  invitation: '/app/invitation',
  account: '/app/account',
  space: (id: number) => `/app/spaces/${id}`,
  members: (id: number) => `/app/spaces/${id}/members`,
  photos: (id: number) => `/app/spaces/${id}/photos`,
  photo: (space: number, share: number, photo: number) => `/app/spaces/${space}/photos/${share}/${photo}`,
  settings: (id: number) => `/app/spaces/${id}/settings`,
  share: (id: number) => `/app/shares/${id}`,
};

const NOT_FOUND: Route = { page: 'not-found' };

/** The route of a path. */
export function match(pathname: string): Route {
  // Some programs encode the `#` of a link so; what follows isn't part of the path.
  const [path = ''] = pathname.split('%23');
  const parts = path.split('/').filter(Boolean);
  if (parts.length === 0) return { page: 'home' };
  if (parts[0] !== 'app') return NOT_FOUND;
  const [, noun, given, view, ...items] = parts;
  if (noun === undefined) return { page: 'home' };
  if (given === undefined) {
    return isPage(noun) ? { page: noun } : NOT_FOUND;
  }
  const id = idOf(given);
  if (id === null) return NOT_FOUND;
  if (view === 'photos' && noun === 'spaces') return photosAt(id, items);
  if (items.length > 0) return NOT_FOUND;
  if (noun === 'shares') return view === undefined ? { page: 'share', id } : NOT_FOUND;
  if (noun !== 'spaces') return NOT_FOUND;
  if (view === undefined) return { page: 'space', id };
  return view === 'members' || view === 'settings' ? { page: view, id } : NOT_FOUND;
}

/** The photos of a space, or one over them: the photo's number follows that of its share. */
function photosAt(id: number, [share, photo, ...rest]: string[]): Route {
  if (share === undefined) return { page: 'photos', id, photo: null };
  const address = { share: idOf(share), photo: photo === undefined ? null : idOf(photo) };
  const isNone = address.share === null || (photo !== undefined && address.photo === null) || rest.length > 0;
  return isNone ? NOT_FOUND : { page: 'photos', id, photo: address as PhotoAddress };
}

const PAGES = ['sign-in', 'register', 'invitation', 'password-reset', 'account'] as const;

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

/** Where to go after signing in: an address of this app, whatever the query says. */
export function afterSignIn(search: string): string {
  const to = new URLSearchParams(search).get('to');
  if (!to?.startsWith('/app/')) return paths.home;
  const { page } = match(to.split(/[?#]/)[0] ?? to);
  return page === 'sign-in' || page === 'register' ? paths.home : to;
}
