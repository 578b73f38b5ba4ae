// The secret of a link, however the link has come here.
import { beforeEach, expect, test } from 'vitest';

import { match } from '../src/lib/state/routes';
import { LinkSecret } from '../src/lib/state/link-secret';

const TOKEN = 'dGhpcyBpcyBhbiBleGFtcGxlIG9mIGEgdG9r_W4tMTI';

let secret: LinkSecret;
beforeEach(() => {
  secret = new LinkSecret();
});

test('a link is taken with what belongs to the sentence around it', () => {
  for (const behind of ['', '.', ')', ',', '%20', ' ', '%29.', '»', '%E2%80%9D', '>']) {
    expect(secret.of({ pathname: '/app/invitation', hash: `#${TOKEN}${behind}` })).toBe(TOKEN);
  }
});

test('a link is taken with what has got between its sign and its secret', () => {
  for (const before of ['%20', ' ', '<', '%3C', '%20%28']) {
    expect(secret.of({ pathname: '/app/invitation', hash: `#${before}${TOKEN}` })).toBe(TOKEN);
  }
});

test('a link is taken with its sign written out, and leads to its page', () => {
  const pathname = `/app/invitation%23${TOKEN}.`;
  expect(secret.of({ pathname, hash: '' })).toBe(TOKEN);
  expect(match(pathname)).toEqual({ page: 'invitation' });
  expect(match(`/app/password-reset%23${TOKEN}`)).toEqual({ page: 'password-reset' });
});

test('a secret is kept until it has done its work', () => {
  secret.of({ pathname: '/app/invitation', hash: `#${TOKEN}` });
  expect(secret.of({ pathname: '/app/invitation', hash: '' })).toBe(TOKEN);
  secret.forget();
  expect(secret.of({ pathname: '/app/invitation', hash: '' })).toBeNull();
});
