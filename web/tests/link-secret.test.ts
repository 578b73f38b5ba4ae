// The secret of a link, however the link has come here.
import { beforeEach, expect, test } from 'vitest';

import { match } from '../src/lib/state/routes';
import { forgetSecret, secretOf } from '../src/lib/state/link-secret';

const TOKEN = 'dGhpcyBpcyBhbiBleGFtcGxlIG9mIGEgdG9r_W4tMTI';

beforeEach(forgetSecret);

test('a link is taken with what belongs to the sentence around it', () => {
  for (const behind of ['', '.', ')', ',', '%20', ' ', '%29.', '»', '%E2%80%9D', '>']) {
    expect(secretOf({ pathname: '/app/invitation', hash: `#${TOKEN}${behind}` })).toBe(TOKEN);
  }
});

test('a link is taken with its sign written out, and leads to its page', () => {
  const pathname = `/app/invitation%23${TOKEN}.`;
  expect(secretOf({ pathname, hash: '' })).toBe(TOKEN);
  expect(match(pathname)).toEqual({ page: 'invitation' });
  expect(match(`/app/password-reset%23${TOKEN}`)).toEqual({ page: 'password-reset' });
});

test('a secret is kept until it has done its work', () => {
  secretOf({ pathname: '/app/invitation', hash: `#${TOKEN}` });
  expect(secretOf({ pathname: '/app/invitation', hash: '' })).toBe(TOKEN);
  forgetSecret();
  expect(secretOf({ pathname: '/app/invitation', hash: '' })).toBeNull();
});
