// Keeping a photo on one's own device.

/** Saves the photo at a path of this host under a name, also where the path leads to another host, as in S3: then it is the
answer that says so, and not the link. */
export function download(path: string, name: string): void {
  const link = document.createElement('a');
  link.href = `${path}&download=${encodeURIComponent(name)}`;
  link.download = name;
  link.click();
}
