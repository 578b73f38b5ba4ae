// Where mail for a user goes, and what is said of it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test, vi } from 'vitest';

import { MailApi } from '../../src/lib/api/mail';
import type { Me } from '../../src/lib/api/types';
import { de } from '../../src/lib/i18n/mail/de';
import { en } from '../../src/lib/i18n/mail/en';
import { OwnMail } from '../../src/lib/state/own-mail.svelte';

type Mail = Pick<Me, 'email' | 'unconfirmed_email' | 'email_refused' | 'digest'>;

const nothing: Mail = { email: null, unconfirmed_email: null, email_refused: null, digest: 'weekly' };

function mailOf(mail: Partial<Mail> = {}) {
  const user = { ...nothing, ...mail } as Me;
  const request = vi.fn((_method: string, _path: string, { json }: { json: Partial<Mail> }) => {
    const { email, ...rest } = json;
    const address = email === undefined ? {} : email === null ? { email: null, unconfirmed_email: null } : { unconfirmed_email: email };
    return Promise.resolve({ data: { ...user, ...rest, ...address }, next: null });
  });
  const session = { user, save: async (change: Promise<Me>) => void Object.assign(user, await change) };
  return { own: new OwnMail({ mail: new MailApi({ request } as never), session, onkept: vi.fn() }), request, user };
}

test('what is shown of an address is what the server knows of it', () => {
  const shown = (mail: Partial<Mail>) => {
    const { own } = mailOf(mail);
    return [own.state, own.address, own.waits];
  };
  expect(shown({})).toEqual(['none', '', false]);
  expect(shown({ unconfirmed_email: 'ann@example.org' })).toEqual(['waiting', 'ann@example.org', true]);
  expect(shown({ unconfirmed_email: 'ann@example.org', email_refused: '550 No' })).toEqual(['unreachable', 'ann@example.org', true]);
  expect(shown({ email: 'ann@example.org' })).toEqual(['confirmed', 'ann@example.org', false]);
  expect(shown({ email: 'ann@example.org', email_refused: '550 No' })).toEqual(['refused', 'ann@example.org', false]);
  expect(shown({ email: 'ann@example.org', unconfirmed_email: 'new@example.org' })).toEqual(['changing', 'new@example.org', true]);
});

test('an address is saved without the spaces around it, and waits for its link', async () => {
  const { own, request } = mailOf();
  own.written = ' ann@example.org ';
  await own.save();
  expect(request).toHaveBeenCalledExactlyOnceWith('PUT', '/me', { json: { email: 'ann@example.org' } });
  expect([own.state, own.written]).toEqual(['waiting', 'ann@example.org']);
});

test('an empty address is none', async () => {
  const { own, request } = mailOf({ email: 'ann@example.org' });
  own.written = ' ';
  await own.save();
  expect(request).toHaveBeenCalledExactlyOnceWith('PUT', '/me', { json: { email: null } });
  expect(own.state).toBe('none');
});

test('what is being written stays when it is refused, and when another device changes the address', async () => {
  const { own, request, user } = mailOf({ email: 'ann@example.org' });
  own.written = 'ann@';
  request.mockRejectedValueOnce(new Error('no'));
  await expect(own.save()).rejects.toThrow('no');
  user.email = 'other@example.org';
  expect([own.written, own.address]).toEqual(['ann@', 'other@example.org']);
  await own.remove();
  expect(own.written).toBe('');
});

test('a choice is shown at once, and taken back when it is not saved', async () => {
  const { own, request } = mailOf({ email: 'ann@example.org' });
  const chosen = own.choosing.choose({ digest: 'daily' });
  expect(own.digest).toBe('daily');
  await chosen;
  expect([own.digest, own.address]).toEqual(['daily', 'ann@example.org']);
  request.mockRejectedValueOnce(new Error('no'));
  const refused = own.choosing.choose({ digest: 'never' });
  expect(own.digest).toBe('never');
  await refused;
  expect([own.digest, own.choosing.error]).toEqual(['daily', new Error('no')]);
});

test('both languages say the same of mail, and nothing that nobody reads', () => {
  const namesIn = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [key, text] of Object.entries(en)) expect([key, namesIn(de[key as keyof typeof en])]).toEqual([key, namesIn(text)]);
  expect(Object.keys(de)).toEqual(Object.keys(en));
  const page = readFileSync(join(import.meta.dirname, '../../src/features/mail/OwnMail.svelte'), 'utf8');
  const states = ['none', 'waiting', 'unreachable', 'changing', 'confirmed', 'refused'];
  const read = (key: string) => page.includes(`'${key}'`) || states.includes(key.replace('state.', '')) || /^digest\.(daily|weekly|never)$/.test(key);
  expect(Object.keys(en).filter((key) => !read(key))).toEqual([]);
});
