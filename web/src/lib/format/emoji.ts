// What the app knows of emoji: which is the heart, and that skin tones are counted as one.

export const HEART = '❤️';

/** Those that are offered first: eight in a row. */
export const COMMON = [HEART, '👍', '😂', '😮', '😢', '🎉', '🙏', '🔥'] as const;

const TONES = /[\u{1F3FB}-\u{1F3FF}]/gu;

/** An emoji without its skin tone: as it is counted. */
export const baseOf = (emoji: string): string => emoji.replace(TONES, '');

/** An emoji as Unicode puts it together, for browsers that can't take a text apart (Firefox before 125): a flag, a key, or a picture
with its tone, its tags, and what is joined to it. */
const PICTURE = '\\p{Extended_Pictographic}(?:\\ufe0f|\\p{Emoji_Modifier})?[\\u{e0020}-\\u{e007f}]*';
const FIRST = new RegExp(`^(?:\\p{Regional_Indicator}{2}|[0-9#*]\\ufe0f?\\u20e3|${PICTURE}(?:\\u200d${PICTURE})*)`, 'u');

/** The first thing that one would call a character in what was typed, if it can be an emoji. */
export function emojiIn(typed: string): string | null {
  const text = typed.trim();
  const first = firstOf(text);
  return first && /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(first) ? first : null;
}

function firstOf(text: string): string | undefined {
  if (!('Segmenter' in Intl)) return FIRST.exec(text)?.[0];
  return new Intl.Segmenter('en').segment(text)[Symbol.iterator]().next().value?.segment;
}
