// Which links Telegram accepts behind a text, in what form it keeps them, and what its own tg:// links stand for.
const WHITESPACE_AND_BELOW = /[\u0000-\u0020]/gu
const MAX_USER_ID = 2 ** 40

/** The URL in Telegram's canonical form ("http://www.example.com/"), or why there is none. */
export function checkLink(link: string): { readonly url: string } | { readonly problem: string } {
  const problem = (why: string) => ({ problem: `URL '${link}' is invalid: ${why}` })
  const own = /^(tg|ton|tonsite):(?:\/\/)?/i.exec(link)
  if (own !== null && own[1]?.toLowerCase() !== 'tonsite') return ownLink(link, own)
  const scheme = /^([^:]*):\/\//.exec(link)
  const protocol = scheme?.[1]?.toLowerCase() ?? 'http'
  if (!['http', 'https', 'tonsite'].includes(protocol)) return problem('Unsupported URL protocol')
  const parts = splitAddress(link.slice(scheme?.[0].length ?? 0))
  if (typeof parts === 'string') return problem(parts)
  if (!parts.host.includes('.') && !parts.host.startsWith('[')) return problem('Wrong HTTP URL')
  const user = parts.user === '' ? '' : `${parts.user}@`
  return { url: `${protocol}://${user}${parts.host}${parts.port}${parts.rest}` }

  function ownLink(whole: string, match: RegExpExecArray): { readonly url: string } | { readonly problem: string } {
    const name = match[1]?.toLowerCase() ?? ''
    const address = splitAddress(whole.slice(match[0].length))
    if (typeof address === 'string') return problem(address)
    if (address.user !== '' || address.port !== '') return problem(`Wrong ${name} URL`)
    if (!/^[a-z0-9_-]+$/.test(address.host)) return problem('Unallowed characters in URL host')
    const rest = address.rest.startsWith('/?') ? address.rest.slice(1) : address.rest
    return { url: `${name}://${address.host}${rest}` }
  }
}

type Address = { readonly user: string; readonly host: string; readonly port: string; readonly rest: string }

/** Takes "user@host:port/rest" apart; the string is what is wrong with it. */
function splitAddress(address: string): Address | string {
  const authorityEnd = address.search(/[/?#]/)
  const authority = authorityEnd === -1 ? address : address.slice(0, authorityEnd)
  const tail = authorityEnd === -1 ? '/' : address.slice(authorityEnd)
  const portMatch = /:([^:\]@]*)$/.exec(authority)
  let port = ''
  if (portMatch !== null && portMatch.index > 0) {
    const number = /^\d+$/.test(portMatch[1] ?? '') ? Number(portMatch[1]) : 0
    if (number < 1 || number > 65_535) return 'Wrong port number specified in the URL'
    port = `:${number}`
  }
  const withoutPort = port === '' ? authority : authority.slice(0, portMatch?.index)
  const at = withoutPort.lastIndexOf('@')
  const host = withoutPort.slice(at + 1).toLowerCase()
  if (host === '') return 'URL host is empty'
  if (host === '.') return 'Host is invalid'
  if (!/^(?:\[[0-9a-f:.]+\]|[a-z0-9._!$,~*'();&+=%\u0080-\u{10ffff}-]+)$/u.test(host)) {
    return 'Disallowed character in URL host'
  }
  const slashed = tail.startsWith('/') ? tail : `/${tail}`
  return {
    user: at === -1 ? '' : withoutPort.slice(0, at),
    host,
    port,
    rest: slashed.replace(WHITESPACE_AND_BELOW, percent),
  }
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}

/** The parameters of tg:name?... or tg://name?..., or undefined when the link is another one. */
function ownParameters(link: string, name: string): URLSearchParams | undefined {
  const match = /^tg:(?:\/\/)?([a-z]+)(?:\/?\?([^#]*))?(?:[/#].*)?$/is.exec(link)
  if (match === null || match[1]?.toLowerCase() !== name) return undefined
  return new URLSearchParams(match[2] ?? '')
}

/** The id in tg://user?id=…, if the link is one. */
export function linkedUserId(link: string): number | undefined {
  const id = ownParameters(link, 'user')?.get('id') ?? ''
  const number = /^\d+$/.test(id) ? Number(id) : 0
  return number > 0 && number < MAX_USER_ID ? number : undefined
}

/** A custom emoji id is a non-zero 64-bit number in decimal. */
export function isCustomEmojiId(id: string): boolean {
  return /^-?\d{1,20}$/.test(id) && BigInt(id) !== 0n && BigInt.asIntN(64, BigInt(id)) === BigInt(id)
}

/** The id in tg://emoji?id=…, or Telegram's complaint. */
export function linkedEmojiId(link: string): { readonly id: string } | { readonly problem: string } {
  if (!/^tg:/i.test(link)) return { problem: 'Custom emoji URL must have scheme tg' }
  const parameters = ownParameters(link, 'emoji')
  if (parameters === undefined) return { problem: 'Custom emoji URL must have host "emoji"' }
  const id = parameters.get('id')
  if (id === null) return { problem: 'Custom emoji URL must have an emoji identifier' }
  return isCustomEmojiId(id) ? { id } : { problem: 'Invalid custom emoji identifier specified' }
}

/** "unix/format" as a span keeps it; undefined if either part is not what Telegram takes. */
export function dateTimeArgument(unix: string, format: string): string | undefined {
  if (!/^\d{1,10}$/.test(unix) || Number(unix) > 2 ** 31 - 1) return undefined
  return /^(?:r|w?[dD]?[tT]?)$/.test(format) ? `${Number(unix)}/${format}` : undefined
}

/** Tells whether a link is tg://time?…; its argument is undefined if the link is one but says no time. */
export function linkedDateTime(link: string): { readonly argument: string | undefined } | undefined {
  const parameters = ownParameters(link, 'time')
  if (parameters === undefined) return undefined
  return { argument: dateTimeArgument(parameters.get('unix') ?? '', parameters.get('format') ?? '') }
}
