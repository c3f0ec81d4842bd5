/** Text with spaces behind it up to a number of characters, counted as Go counts them: by code point. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - [...text].length))
}

/** Text with spaces before it up to a number of characters. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - [...text].length)) + text
}
