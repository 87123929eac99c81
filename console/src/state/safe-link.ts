// Which addresses become links: only those that open a page.

/** The address, made absolute, or null where it must not be clickable. */
export function safeLink(address: string | null, base: string): string | null {
  if (address === null || address === '') return null
  try {
    const url = new URL(address, base)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}
