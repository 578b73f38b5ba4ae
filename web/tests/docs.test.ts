import { expect, test } from 'vitest';

import { bodyOf, boundsOf, exampleOf, sentencesOf, tagged } from '../src/docs/description';
import type { Description, Operation } from '../src/lib/api/openapi';

const operation = (tag: string): Operation => ({
  operationId: `${tag}.list`,
  tags: [tag],
  summary: '',
  parameters: [],
  responses: {},
  security: [],
});

const description: Description = {
  info: { title: '', version: '', description: '' },
  tags: [],
  paths: { '/spaces': { get: operation('spaces'), post: operation('spaces') }, '/me': { get: operation('accounts') } },
  components: {
    schemas: {
      Id: { type: 'integer', format: 'int64', minimum: 1, example: 7 },
      User: { type: 'object', properties: { id: { $ref: '#/components/schemas/Id' }, login: { type: 'string', example: 'ann' } } },
    },
  },
};

test('operations are found by their tag, with method and path', () => {
  expect(tagged(description, 'spaces').map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /spaces', 'POST /spaces']);
});

test('an example follows links, lists and what is joined', () => {
  const user = { $ref: '#/components/schemas/User' };
  expect(exampleOf({ type: 'array', items: user }, description)).toEqual([{ id: 7, login: 'ann' }]);
  const joined = { allOf: [user, { type: 'object', properties: { is_admin: { type: 'boolean' } } }] };
  expect(exampleOf(joined, description)).toEqual({ id: 7, login: 'ann', is_admin: true });
  expect(exampleOf({ oneOf: [user, { type: 'null' }] }, description)).toEqual({ id: 7, login: 'ann' });
});

test('a body is shown as it is sent', () => {
  const form = { schema: { properties: { text: { type: 'string' }, file: { format: 'binary' } } }, example: { text: 'Hello you' } };
  expect(bodyOf('multipart/form-data', form, description)).toBe('text: Hello you\nfile: (a file)');
  expect(bodyOf('application/x-www-form-urlencoded', form, description)).toBe('text=Hello+you');
  expect(bodyOf('text/plain', { schema: { const: 'ok' } }, description)).toBe('ok');
  expect(JSON.parse(bodyOf('application/json', { schema: { example: [1] } }, description))).toEqual([1]);
});

test('bounds are said in words', () => {
  expect(boundsOf({ type: 'string', minLength: 3, maxLength: 50 }, description)).toBe('string, 3 to 50 characters');
  expect(boundsOf({ type: 'integer', minimum: 1, maximum: 500 }, description)).toBe('integer, 1 to 500');
  expect(boundsOf({ type: 'string', enum: ['small', 'large'] }, description)).toBe('small or large');
  expect(boundsOf({ $ref: '#/components/schemas/Id' }, description)).toBe('integer');
});

test('refusals are described by the sentences of the server', () => {
  const examples = { busy: { value: 'Try again' } };
  expect(sentencesOf({ description: '', content: { 'text/plain': { schema: {}, examples } } })).toEqual(['Try again']);
});
