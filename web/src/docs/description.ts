// How the server's OpenAPI description is read.

import type { Description, Media, Operation, Response, Schema } from '../lib/api/openapi';

export interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

/** The operations with this tag, in the order of the description. */
export function tagged(description: Description, tag: string): Entry[] {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag))
      .map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

function resolve(schema: Schema, description: Description): Schema {
  const name = schema.$ref?.split('/').pop();
  return name ? (description.components.schemas[name] ?? {}) : schema;
}

/** An example of what has this schema. */
export function exampleOf(given: Schema, description: Description): unknown {
  const schema = resolve(given, description);
  if (schema.example !== undefined) return schema.example;
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.oneOf?.[0]) return exampleOf(schema.oneOf[0], description);
  if (schema.allOf) {
    return Object.assign({}, ...schema.allOf.map((part) => exampleOf(part, description)));
  }
  if (schema.items) return [exampleOf(schema.items, description)];
  if (schema.properties) {
    const members = Object.entries(schema.properties);
    return Object.fromEntries(members.map(([key, value]) => [key, exampleOf(value, description)]));
  }
  const [type] = [schema.type].flat();
  return { string: 'text', integer: schema.minimum ?? 1, boolean: true, object: {} }[type ?? 'object'];
}

/** The allowed values, in a few words. */
export function boundsOf(given: Schema, description: Description): string {
  const schema = resolve(given, description);
  const words = [schema.enum ? schema.enum.join(' or ') : [schema.type].flat().filter(Boolean).join(' or ')];
  if (schema.format === 'binary') return 'a file';
  if (schema.minLength !== undefined) words.push(`${schema.minLength} to ${schema.maxLength} characters`);
  else if (schema.maximum !== undefined && schema.format === undefined) {
    words.push(`${schema.minimum} to ${schema.maximum}`);
  }
  return words.join(', ');
}

/** The text of a body, as it would be sent or received. */
export function bodyOf(kind: string, media: Media, description: Description): string {
  const example = media.example ?? exampleOf(media.schema, description);
  if (kind.startsWith('text/')) return String(example);
  if (kind === 'application/x-www-form-urlencoded') {
    return new URLSearchParams(example as Record<string, string>).toString();
  }
  if (kind === 'multipart/form-data') {
    return Object.entries(media.schema.properties ?? {})
      .map(([name, schema]) => `${name}: ${schema.format === 'binary' ? '(a file)' : exampleText(example, name)}`)
      .join('\n');
  }
  return JSON.stringify(example, null, 2);
}

function exampleText(example: unknown, name: string): string {
  return String((example as Record<string, unknown>)[name] ?? '');
}

/** The sentences of a refusal. */
export function sentencesOf(response: Response): string[] {
  const examples = response.content?.['text/plain']?.examples ?? {};
  return Object.values(examples).map(({ value }) => String(value));
}
