// English, of names and pictures, and of what is one's own.

export const en = {
  'profile.title': 'Name and picture',
  'profile.name': 'Name',
  'profile.name_hint': 'How others see you. If you leave it empty, they see your login name, {login}.',
  'profile.save': 'Save name',
  'profile.saved': 'Saved',

  'picture.title': 'Picture of the space',
  'picture.choose': 'Choose picture',
  'picture.change': 'Change picture',
  'picture.remove': 'Remove picture',
  'picture.saved': 'Picture saved',
  'picture.removed': 'Picture removed',
  'picture.unreadable': 'This browser can’t open this file as a picture. Choose another one, best a JPEG or PNG.',

  'crop.title': 'Choose the part to show',
  'crop.area': 'Part of the picture that is shown',
  'crop.how': 'Drag the picture to move it. With the keyboard: the arrow keys move it, plus and minus zoom.',
  'crop.zoom': 'Zoom',
  'crop.save': 'Use picture',
  'crop.unseen': 'This browser can’t show this photo. You can use it anyway: the middle of it will be your picture.',

  'mail.title': 'Messages to you',
  'mail.language': 'Language of messages',
  'mail.language_hint': 'Of what is sent to you while the app is closed. Automatic: as on each of your devices.',
  'mail.zone': 'Time zone',
  'mail.zone_hint': 'For your quiet hours, and for what comes by email in the morning. Automatic: as on each of your devices.',

  'quiet.title': 'Quiet hours',
  'quiet.on': 'Every day',
  'quiet.off': 'None',
  'quiet.on_hint': 'No notifications reach your devices in these hours. What happens meanwhile arrives afterwards.',
  'quiet.off_hint': 'Notifications reach your devices at any time, also at night.',
  'quiet.from': 'From',
  'quiet.until': 'Until',
  'quiet.save': 'Save quiet hours',

  'own.title': 'Your data',
  'own.export_text': 'Everything of yours in one ZIP file: what you shared and said, and your photos and videos as you uploaded them.',
  'own.export': 'Download your data',
  'own.delete': 'Delete account',
  'own.delete_title': 'Delete your account?',
  'own.delete_text':
    'Everything you shared and said is deleted for everyone, with your photos and videos, and spaces in which you are alone. This can’t be undone. You may want to download your data first.',
  'own.password': 'Your password',
  'own.password_missing': 'Enter your password.',
  'own.delete_short': 'Delete permanently',
  'own.deleted': 'Your account was deleted.',
} as const;

export type FaceKey = keyof typeof en;
export type FaceMessages = Record<FaceKey, string>;
