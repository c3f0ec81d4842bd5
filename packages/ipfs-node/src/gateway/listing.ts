import type { CID } from 'multiformats/cid'

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222;background:#fff}
table{border-collapse:collapse;width:100%}td{padding:.25rem .5rem;border-top:1px solid #ddd}
td:last-child{text-align:right;white-space:nowrap}code{color:#666;font-size:.85em}h1{font-size:1.2rem;word-break:break-all}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#1b1b1b}td{border-color:#333}a{color:#8ab4f8}code{color:#999}}`

/** The page before the entries of a directory. */
export function listingHead(path: string): string {
  const title = escapeHtml(path)
  const up = path.split('/').length > 4 ? '<tr><td><a href="..">..</a></td><td></td><td></td></tr>' : ''
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style></head><body><h1>Index of ${title}</h1><table>${up}\n`
}

/** One entry of a directory. */
export function listingRow({ name, cid, size }: { name: string; cid: CID; size: number }): string {
  const href = `./${encodeURIComponent(name)}`
  return `<tr><td><a href="${href}">${escapeHtml(name)}</a></td><td><code>${cid.toString()}</code></td><td>${humanSize(size)}</td></tr>\n`
}

export const LISTING_TAIL = '</table></body></html>\n'

function humanSize(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const value = bytes / 1000 ** power
  return `${power === 0 ? value : value.toFixed(1)} ${units[power] ?? ''}`
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
