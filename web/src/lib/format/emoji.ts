// What the app knows of emoji: which is the heart, and that skin tones are counted as one.

export const HEART = '❤️';

/** Those that are offered first: eight in a row. */
export const COMMON = [HEART, '👍', '😂', '😮', '😢', '🎉', '🙏', '🔥'] as const;

const TONES = /[\u{1F3FB}-\u{1F3FF}]/gu;

/** An emoji without its skin tone: as it is counted. */
export const baseOf = (emoji: string): string => emoji.replace(TONES, '');

/** The first thing that one would call a character in what was typed, if it can be an emoji. */
export function emojiIn(typed: string): string | null {
  const text = typed.trim();
  const [first] = [...new Intl.Segmenter('en').segment(text)];
  return first && /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(first.segment) ? first.segment : null;
}
