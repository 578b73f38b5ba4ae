// Deutsch, auf den Seiten um einen Raum herum: Mitglieder, Fotos, Einstellungen; und das Konto.

import type { around as english } from '../en/around';

export const around: Record<keyof typeof english, string> = {
  'photos.photo': 'Foto von {name}, {when}',
  'photos.of_month': 'Fotos von {month}',
  'photos.empty_title': 'Noch keine Fotos.',
  'photos.empty': 'Jedes Foto, das mit {space} geteilt wird, findet sich hier wieder.',
  'photos.share_one': 'Das erste teilen',
  'photos.gone': 'Dieses Foto ist nicht mehr hier.',
  'viewer.title': 'Fotos von {space}',
  'viewer.previous': 'Neueres Foto',
  'viewer.next': 'Älteres Foto',
  'viewer.zoom_in': 'Näher heran',
  'viewer.zoom_out': 'Ganzes Foto',
  'viewer.download': 'Foto herunterladen',
  'viewer.to_share': 'Zum Beitrag',
};
