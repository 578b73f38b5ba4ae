// Keys that make sure that what arrived, though its answer didn't, isn't made twice.

/** A unique key. (`crypto.randomUUID` is missing on plain HTTP in a home network.) */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
