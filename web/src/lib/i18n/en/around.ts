// English, on the pages around a space's feed: members, photos, settings; and the account.

export const around = {
  'photos.photo': 'Photo by {name}, {when}',
  'photos.of_month': 'Photos of {month}',
  'photos.empty_title': 'No photos yet.',
  'photos.empty': 'Every photo that is shared with {space} can be found here again.',
  'photos.share_one': 'Share the first one',
  'photos.gone': 'This photo is no longer here.',
  'viewer.title': 'Photos of {space}',
  'viewer.previous': 'Newer photo',
  'viewer.next': 'Older photo',
  'viewer.zoom_in': 'Closer',
  'viewer.zoom_out': 'Whole photo',
  'viewer.download': 'Download the photo',
  'viewer.to_share': 'To the share',
} as const;
