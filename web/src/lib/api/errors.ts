// What can go wrong between the page and the server.

/** The values that a refusal's sentence is made of, by name. */
export type Params = Readonly<Record<string, unknown>>;

/** A refusal by the server, or a server that can't be reached (then `status` is 0). */
export class ApiError extends Error {
  constructor(
    /** The HTTP status; 0 if no answer came. */
    readonly status: number,
    /** The server's own sentence; empty if no answer came. */
    readonly sentence: string,
    /** The server's word for programs, such as `wrong_login`. */
    readonly code: string,
    /** Seconds after which the server wants to be asked again. */
    readonly retryAfter: number | null = null,
    /** What the sentence is made of. */
    readonly params: Params = {},
  ) {
    super(sentence || code);
    this.name = 'ApiError';
  }

  /** No response, or only that of a proxy in front of a server that is down. */
  get unreachable(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }
}

/** The file can't be read as it was chosen: it was changed, is gone, or wasn't kept. */
export class FileGone extends Error {}

/** Tells whether what was asked for isn't there. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** Tells whether asking once more, later, can help. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.unreachable || [408, 429, 503].includes(error.status));
}

/** Tells whether it says nothing of what was asked for: it isn't about that, and later there may be an answer. */
export function isOfServer(error: unknown): boolean {
  return isPassing(error) || (error instanceof ApiError && error.status >= 500);
}

/** Tells whether it is kept to be sent again by itself: the server can't take it now, or its user has to sign in first. */
export function isForLater(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return isOfServer(error) || error.status === 425 || isAtDoor(error);
}

/** Tells whether the session has ended, or is another user's by now. */
export function isAtDoor(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.code === 'other_account');
}

/** Right after signing in, no user is signed in: the browser refuses the cookie, or sends others of its name instead. */
export function asNotKept(error: unknown): never {
  throw error instanceof ApiError && error.code === 'unauthorized' ? new ApiError(401, '', 'session_not_kept') : error;
}

/** Reads a refusal from what the server sent: problem details, or a sentence. */
export function readRefusal(status: number, headers: Headers, body: string): ApiError {
  const after = Number(headers.get('Retry-After') ?? NaN);
  const retryAfter = Number.isFinite(after) && after >= 0 ? after : null;
  const type = headers.get('Content-Type') ?? '';
  if (type.includes('json')) {
    try {
      const problem = JSON.parse(body) as { detail?: unknown; code?: unknown; params?: unknown };
      if (typeof problem.detail === 'string') {
        const code = typeof problem.code === 'string' ? problem.code : 'http';
        const params = typeof problem.params === 'object' && problem.params ? (problem.params as Params) : {};
        return new ApiError(status, problem.detail, code, retryAfter, params);
      }
    } catch {
      // Cut off on its way: only the status is known.
    }
  }
  // Only our server's plain sentences are shown; what a proxy writes is for its own people.
  const sentence = type.startsWith('text/plain') && body.length < 400 ? body.trim() : '';
  return new ApiError(status, sentence, 'http', retryAfter);
}
