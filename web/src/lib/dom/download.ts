// Keeping photos on one's own device.

import { base } from './base';

/** Saves the photo at a path of this host under a name, also where the path leads to another host, as in S3: then it is the
answer that says so, and not the link. */
export function download(path: string, name: string): void {
  const link = document.createElement('a');
  link.href = `${path}&download=${encodeURIComponent(name)}`;
  link.download = name;
  link.click();
}

/** Has the browser save what is at a path of the API as the server names it: with `media`, what the server makes of a form with
these. How far it is, the browser shows itself. */
export function downloadArchive(path: string, media: readonly number[] | null): void {
  if (media === null) {
    const link = document.createElement('a');
    link.href = base + path;
    link.download = '';
    link.click();
    return;
  }
  const form = document.createElement('form');
  form.method = 'post';
  form.action = base + path;
  for (const id of media) {
    const field = document.createElement('input');
    field.type = 'hidden';
    field.name = 'media';
    field.value = String(id);
    form.append(field);
  }
  document.body.append(form);
  form.submit();
  form.remove();
}
