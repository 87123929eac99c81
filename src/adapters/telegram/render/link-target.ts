// Which addresses people can be given to tap: Telegram refuses some, and some lead where nobody wants to go.
const LONGEST = 2000

/** The address as a link or button can carry it; null when only its text can be shown. */
export function linkTarget(url: string): string | null {
  if (url.length > LONGEST || !URL.canParse(url)) return null
  const target = new URL(url)
  if (target.protocol !== 'http:' && target.protocol !== 'https:') return null
  // A name before an @ can pretend to be the host.
  if (target.username !== '' || target.password !== '') return null
  const host = target.hostname.replace(/\.$/, '')
  if (!host.includes('.') || host.startsWith('[') || host.startsWith('.')) return null
  // These name the reader's own device, where nothing of ours listens; Telegram refuses most of them anyway.
  if (host.endsWith('.localhost') || host.startsWith('127.') || host === '0.0.0.0') return null
  return target.href
}
