import { expect, test } from 'vitest';

import { localPath, nextPageOf } from '../src/lib/api/local-path';
import { ApiError, isOfServer, isPassing, readRefusal } from '../src/lib/api/errors';

const problem = { 'Content-Type': 'application/problem+json' };

test('a refusal is read with its sentence and code', () => {
  const body = '{"status": 403, "detail": "User not admin", "code": "not_an_admin"}';
  const error = readRefusal(403, new Headers(problem), body);
  expect([error.status, error.sentence, error.code]).toEqual([403, 'User not admin', 'not_an_admin']);
  expect(error.unreachable).toBe(false);
});

test('a plain sentence is a refusal too', () => {
  const error = readRefusal(404, new Headers({ 'Content-Type': 'text/plain; charset=utf-8' }), 'No such share\n');
  expect(error.sentence).toBe('No such share');
});

test("a proxy's page is not shown", () => {
  const error = readRefusal(502, new Headers({ 'Content-Type': 'text/html' }), '<h1>Bad gateway</h1>');
  expect([error.sentence, error.unreachable]).toEqual(['', true]);
});

test('a body that was cut off leaves the status', () => {
  const error = readRefusal(500, new Headers(problem), '{"detail": "Some');
  expect([error.status, error.sentence]).toEqual([500, '']);
});

test('the server says when to ask again', () => {
  expect(readRefusal(503, new Headers({ 'Retry-After': '7' }), '').retryAfter).toBe(7);
  expect(readRefusal(503, new Headers({ 'Retry-After': 'Tue, 1 Jan' }), '').retryAfter).toBeNull();
  expect(readRefusal(503, new Headers(), '').retryAfter).toBeNull();
});

test('errors that pass by themselves are distinguished from others', () => {
  expect(isPassing(new ApiError(0, '', 'unreachable'))).toBe(true);
  expect(isPassing(new ApiError(503, 'The server is busy, try again in a moment', 'busy'))).toBe(true);
  expect(isPassing(new ApiError(408, 'The body came too slowly', 'too_slow'))).toBe(true);
  expect(isPassing(new ApiError(400, 'Text min 3 characters', 'too_short'))).toBe(false);
  expect(isPassing(new TypeError('x'))).toBe(false);
});

test('the next page is found in the Link header, as a path', () => {
  expect(nextPageOf('<http://a.example/spaces/1/shares?limit=20&cursor=9>; rel="next"')).toBe(
    '/spaces/1/shares?limit=20&cursor=9',
  );
  expect(nextPageOf('</x>; rel="prev", </y?a=1>; rel="next"')).toBe('/y?a=1');
  expect(nextPageOf('</x>; rel="prev"')).toBeNull();
  expect(nextPageOf(null)).toBeNull();
});

test("the server's addresses are taken as paths of this page's host", () => {
  expect(localPath('https://spaces.example.org/photos/1-2.jpg?expires=1&signature=a%2B')).toBe(
    '/photos/1-2.jpg?expires=1&signature=a%2B',
  );
});

test('a refusal is read with what its sentence is made of', () => {
  const read = (params: unknown) => {
    const body = JSON.stringify({ status: 400, detail: 'Text max 9 characters', code: 'too_long', params });
    return readRefusal(400, new Headers({ 'Content-Type': 'application/problem+json' }), body).params;
  };
  expect(read({ field: 'text', max: 9 })).toEqual({ field: 'text', max: 9 });
  for (const params of [undefined, null, 'text']) expect(read(params)).toEqual({});
});

test('what the server could not do says nothing of what was asked for, and a refusal does', () => {
  const of = [0, 429, 500, 503, 520, 401, 403, 404].map((status) => isOfServer(new ApiError(status, '', status === 0 ? 'unreachable' : 'x')));
  expect(of).toEqual([true, true, true, true, true, false, false, false]);
});
