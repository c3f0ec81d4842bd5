/** Escapes a value for a query as Go's `url.QueryEscape` does, since paths with their query show in error messages. */
export function queryEscape(text: string): string {
  const escaped = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  )
  return escaped.replaceAll('%20', '+')
}
