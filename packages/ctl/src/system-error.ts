/** What the system says of the failures that a file can meet, in the words of the Go release. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  EMFILE: 'too many open files',
  ENAMETOOLONG: 'file name too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system'
}

/** A failed system call as Go's programs tell it: `lstat nofile.txt: no such file or directory`. */
export function explainSystemError(error: unknown, call: string, path: string): Error {
  const { code, message } = error as NodeJS.ErrnoException
  const reason = code === undefined ? undefined : REASONS[code]
  return new Error(`${call} ${path}: ${reason ?? message}`, { cause: error })
}
