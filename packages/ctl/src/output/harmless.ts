import type { TextSink } from '@ipfs-cluster/cli-kit'

/** A control character, with what follows it where it is one of the colours of this program. */
const CONTROL = /\p{Cc}(\[(?:0|1|31|32|33)m)?/gu

/**
 * Text without orders to a terminal, but for line ends, tabs and colours: names of pins and errors are written by others,
 * and could hide lines, or type into the shell.
 */
export function harmless(text: string): string {
  return text.replace(CONTROL, (found: string, color: string | undefined) => {
    if (found === '\n' || found === '\t' || (color !== undefined && found.startsWith('\u001b'))) return found
    return `\uFFFD${color ?? ''}`
  })
}

/** A terminal that is given no orders by what is printed on it; pipes and files get every byte. */
export function harmlessOnTerminal(sink: TextSink): TextSink {
  return sink.isTTY === true ? { isTTY: true, write: (text) => sink.write(harmless(text)) } : sink
}
