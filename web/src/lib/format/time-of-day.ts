// Times of the day, as the API has them: `07:00`.

/** As in a sentence. */
export function shownTime(time: string): string {
  return time.replace(/^0/, '');
}
