/** The words of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Whatever was thrown, as an error: itself if it is one, be it of another realm, such as the reason of a timeout. */
export function toError(thrown: unknown): Error {
  return isErrorLike(thrown) ? thrown : new Error(messageOf(thrown), { cause: thrown })
}

function isErrorLike(thrown: unknown): thrown is Error {
  return typeof thrown === 'object' && thrown !== null && 'name' in thrown && 'message' in thrown
}

/** Whether these are words of the system for a disk, a quota or the largest size of a file that is reached. */
export function saysNoRoom(text: string): boolean {
  return /no space left|disk quota exceeded|file too large/i.test(text)
}
