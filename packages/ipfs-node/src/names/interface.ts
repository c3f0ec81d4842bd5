/** What may abort a look-up. */
export interface NameOptions {
  signal?: AbortSignal | undefined
}

/** The TXT records of a domain; none when it has none, or does not exist. */
export type LookUpText = (domain: string, options: NameOptions) => Promise<string[]>
