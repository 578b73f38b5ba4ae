// A text field as high as its text.

/** Has to be attached again with each value. */
export function grow(_value: string) {
  return (field: HTMLTextAreaElement): void => {
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  };
}
