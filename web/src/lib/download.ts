// Keeping a photo on one's own device.

import * as api from './api';

/** Saves what is at a path of this host under a name. What turns out to lie elsewhere (in S3, say) can't be saved from
here: it opens beside the app, and not in its place. */
export async function download(path: string, name: string): Promise<void> {
  const link = document.createElement('a');
  link.href = path;
  link.rel = 'noopener';
  if (await api.liesElsewhere(path)) link.target = '_blank';
  else link.download = name;
  link.click();
}
