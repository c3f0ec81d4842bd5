/**
 * Gives the memory of bytes back at once; they are empty afterwards. Otherwise it stays until the collector comes by,
 * which is not driven by large buffers: who goes through many of them holds a hundred megabytes that nobody needs.
 *
 * @param bytes - not used by anybody any more, and alone in their buffer
 */
export function release(bytes: Uint8Array): void {
  if (bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength) bytes.buffer.transfer(0)
}
