/** The value of a flag cannot be read; the message is Go's reason, without the name of the flag. */
export class FlagValueError extends Error {
  override name = 'FlagValueError'
}

/** The command line breaks the grammar. The message is the one of Go's flag package. */
export class UsageError extends Error {
  override name = 'UsageError'
  /** The same flag was given under two of its names: the program's global options report that without a heading. */
  readonly twoForms: boolean

  constructor(message: string, twoForms = false) {
    super(message)
    this.twoForms = twoForms
  }
}

/** `--help` was given: not a failure, but nothing of the command may run. */
export class HelpRequest extends Error {
  override name = 'HelpRequest'
}

/**
 * Ends the program: the message goes to standard error as it is (none when empty), and the code becomes the exit
 * status.
 *
 * @example
 * throw new ExitError('error parsing cid: invalid cid', 1)
 */
export class ExitError extends Error {
  override name = 'ExitError'
  readonly exitCode: number

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }

  /** A failure of a step, in the words of the Go programs: `error DOING: MESSAGE`. */
  static during(doing: string, cause: unknown, exitCode = 1): ExitError {
    const message = cause instanceof Error ? cause.message : String(cause)
    return new ExitError(`error ${doing}: ${message}`, exitCode, { cause })
  }
}
