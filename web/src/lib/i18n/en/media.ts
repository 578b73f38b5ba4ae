// English, for photos that are chosen: how far they are, and what is said of each.

export const media = {
  'upload.of': 'Upload of photo {n} of {all}',
  'upload.progress': 'Uploading: {done} of {all} done',
  'upload.arrived': 'Everything is uploaded.',
  'upload.waiting': 'The upload was interrupted. It will resume by itself.',
  'upload.choose_again': 'Choose {name} again to continue its upload.',
  'upload.film_dropped': 'Motion photo: only the picture is shared, without its short video.',
  'upload.refused': 'Not everything could be uploaded. Try again, or remove what is marked.',
  'upload.held': 'Nothing has been sent yet, because something you chose is missing. Send again to leave it out.',
  'upload.missing': 'The photos you had chosen couldn’t be loaded. Nothing is sent without them. Try again, or reload the page.',
  'upload.missing_drop': 'Leave them out',
  'upload.unready': { one: '{n} photo can’t be added without a connection. It will be added as soon as you’re back online.', other: '{n} photos can’t be added without a connection. They will be added as soon as you’re back online.' },
  'upload.unready_drop': 'Don’t add',

  'media.list': 'Photos',
  'media.nth': 'Photo {n} of {all}',
  'media.remove': 'Remove photo {n} of {all}',
  'media.earlier': 'Move photo {n} of {all} forward',
  'media.later': 'Move photo {n} of {all} back',
  'media.caption': 'Caption',
  'media.taken': 'Taken on',
  'media.taken_of': 'When photo {n} of {all} was taken',
  'composer.leave_dates': 'Don’t keep when these were taken',
  'media.caption_of': 'Caption for photo {n} of {all}',
} as const;
