// What people do, by a client whose types openapi-typescript has generated: refusals, pieces of lists and photos included.
// That it compiles is half of the test.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';

import createClient from 'openapi-fetch';

import type { components, paths } from './api.js';

const [url, picture] = process.argv.slice(2);
assert(url && picture);
const PASSWORD = 'correct horse';
const photo = new Blob([readFileSync(picture)], { type: 'image/png' });

type Problem = components['schemas']['Problem'];

/** A refusal as problem details, whose code is one of those that are described. */
function refuses(answer: { error?: string | Problem; response: Response }, status: number, code: Problem['code']): void {
  assert.equal(answer.response.status, status);
  assert(typeof answer.error === 'object', `${answer.error}`);
  assert.equal(answer.error.code, code);
  assert.equal(answer.error.status, status);
  assert(answer.error.detail.length > 0);
}

const anybody = createClient<paths>({ baseUrl: url, headers: { Accept: 'application/json' } });
const about = (await anybody.GET('/server')).data;
assert(about);
assert.equal(about.photo_needs_text, false);

const account = { login: 'cleo', password: PASSWORD, 'confirm-password': PASSWORD };
const made = await anybody.POST('/register', { body: account });
assert.equal(made.data?.login, 'cleo');
refuses(await anybody.POST('/register', { body: account }), 400, 'user_exists');
refuses(await anybody.POST('/login', { body: { login: 'cleo', password: 'wrong' } }), 401, 'wrong_login');
refuses(await anybody.GET('/me'), 401, 'unauthorized');
const session = (await anybody.POST('/login', { body: { login: 'cleo', password: PASSWORD } })).data;
assert(session);

const me = createClient<paths>({
  baseUrl: url,
  headers: { Accept: 'application/json', Authorization: `Bearer ${session.access_token}` },
});
for (const name of ['One', 'Three', 'Two']) assert((await me.POST('/spaces', { body: { name } })).data);
refuses(await me.POST('/spaces', { body: { name: 'x'.repeat(51) } }), 400, 'too_long');

// A list in pieces, each by the cursor of the one before.
const names: string[] = [];
let cursor: string | undefined;
let id = 0;
do {
  const { data, response } = await me.GET('/spaces', { params: { query: { limit: 2, ...(cursor && { cursor }) } } });
  assert(data);
  names.push(...data.map((row) => row.space.name));
  id = data[0]?.space.id ?? id;
  cursor = /cursor=([^&>]+)/.exec(response.headers.get('Link') ?? '')?.[1];
} while (cursor);
assert.deepEqual(names, ['One', 'Three', 'Two']);
refuses(await me.GET('/spaces', { params: { query: { cursor: '?' } } }), 400, 'malformed');

const params = { path: { space_id: id } };
/** Files are blobs here, which the generator takes for texts. */
const form = (fields: { text?: string; file?: Blob }) => ({
  body: fields as { text?: string; file?: string[] },
  bodySerializer: () => {
    const data = new FormData();
    for (const [key, value] of Object.entries(fields)) data.append(key, value);
    return data;
  },
});
const seen = (await me.POST('/spaces/{space_id}/shares', { params, ...form({ file: photo }) })).data;
assert(seen?.image_url && seen.image);
assert.equal(seen.text, '');
assert.equal((await fetch(seen.image_url)).status, 200);
refuses(await me.POST('/spaces/{space_id}/shares', { params, ...form({}) }), 400, 'not_provided');
refuses(await me.POST('/spaces/{space_id}/shares', { params, ...form({ file: new Blob(['Dear diary']) }) }), 415, 'photo_type');
const large = new Blob([new Uint8Array(about.limits.photo_bytes + 1)]);
refuses(await me.POST('/spaces/{space_id}/shares', { params, ...form({ file: large }) }), 413, 'too_large');
const share = { path: { share_id: seen.id } };
const edited = await me.PUT('/shares/{share_id}', { params: share, ...form({ text: 'The lake' }), parseAs: 'text' });
assert.equal(edited.data, 'Share edited');
assert.equal((await me.GET('/shares/{share_id}', { params: share })).data?.text, 'The lake');
const images = (await me.GET('/spaces/{space_id}/images', { params })).data;
assert.deepEqual(images?.map((row) => row.share_id), [seen.id]);
assert.equal((await me.DELETE('/shares/{share_id}', { params: share, parseAs: 'text' })).data, 'Share deleted');
refuses(await me.GET('/shares/{share_id}', { params: share }), 404, 'no_such_share');
assert.equal((await me.DELETE('/logout', { parseAs: 'text' })).data, 'Logged out');
refuses(await me.GET('/me'), 401, 'unauthorized');
console.log('A client in TypeScript: all is as described');
