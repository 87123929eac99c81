// What Telegram finds in a text by itself: mentions, commands, hashtags, addresses.
import { bySpanOrder, endOf } from './span.ts'
import type { Span, SpanKind } from './span.ts'
import { isTopLevelDomain } from './top-level-domains.ts'

const WORD = String.raw`\p{L}\p{N}_`
const TAG = String.raw`\p{L}\p{Nd}_\u200c\u00b7\u0d80-\u0dff`
const NO_SPACE = String.raw`\s\u2000-\u200b\u200e\u200f\u2016-\u206f<>"«»`

const MENTION = new RegExp(`(?<![${WORD}])@([A-Za-z0-9_]{2,32})(?![${WORD}])`, 'gu')
const COMMAND = new RegExp(`(?<![${WORD}/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32}|(?!@))(?![${WORD}/<>])`, 'gu')
const HASHTAG = new RegExp(`(?<![${TAG}])#([${TAG}]{1,256})(?:@[A-Za-z0-9_]{3,32})?(?![${TAG}]*#)`, 'gu')
const CASHTAG = new RegExp(`(?<![${TAG}$])\\$(?:1INCH|[A-Z]{1,8})(?![${TAG}$])`, 'gu')
const PHONE = new RegExp(`(?<![${WORD}+])\\+\\d(?:[ ()-]{0,2}\\d){6,14}(?![${WORD}])`, 'gu')
const OWN_URL = new RegExp(`(?:tg|ton|tonsite)://[a-z0-9_-]{1,253}(?:[/?#][^${NO_SPACE}]*)?`, 'giu')
const SCHEME = String.raw`(?:(?<scheme>[A-Za-z0-9+-]{1,16})://|(?<![${WORD}/#@.~-]))`
const USER = String.raw`(?:(?<user>[^\s/[\]{}()'\x60<>"@«»]{1,64})@)?`
const LABEL = String.raw`[\p{L}\p{M}\p{N}_~-]{1,63}`
const URL = new RegExp(
  `${SCHEME}${USER}(?<host>${LABEL}(?:\\.${LABEL}){1,20})(?<port>:\\d{1,5}(?!\\d))?(?<path>[/?#][^${NO_SPACE}]*)?`,
  'gu',
)
const SHORT_USERNAMES = ['gif', 'vid', 'pic']

/** Sorted and apart from each other: where two meet, the earlier one stays, and of those the longer one. */
export function findEntities(text: string): Span[] {
  const found = [
    ...matches(
      text,
      MENTION,
      'mention',
      ([, name = '']) => name.length > 3 || SHORT_USERNAMES.includes(name.toLowerCase()),
    ),
    ...matches(text, COMMAND, 'bot_command'),
    ...matches(text, HASHTAG, 'hashtag', ([, tag = '']) => /\p{L}/u.test(tag)),
    ...matches(text, CASHTAG, 'cashtag'),
    ...matches(text, PHONE, 'phone_number'),
    ...findOwnUrls(text),
    ...findAddresses(text),
  ].sort(bySpanOrder)
  const kept: Span[] = []
  for (const span of found) {
    const last = kept.at(-1)
    if (last === undefined || endOf(last) <= span.offset) kept.push(span)
  }
  return kept
}

function matches(
  text: string,
  pattern: RegExp,
  kind: SpanKind,
  accept: (match: RegExpExecArray) => boolean = () => true,
): Span[] {
  return [...text.matchAll(pattern)]
    .filter(accept)
    .map((match) => ({ kind, offset: match.index, length: match[0].length }))
}

function findOwnUrls(text: string): Span[] {
  return [...text.matchAll(OWN_URL)].map((match) => ({
    kind: 'url',
    offset: match.index,
    length: trimPath(match[0], match[0].search(/(?<!\/|:)[/?#](?!\/)/)).length,
  }))
}

function findAddresses(text: string): Span[] {
  const spans: Span[] = []
  for (const match of text.matchAll(URL)) {
    const { scheme, user, host = '', port = '', path = '' } = match.groups ?? {}
    if (scheme !== undefined && !['http', 'https', 'ftp', 'tonsite'].includes(scheme.toLowerCase())) continue
    const mail = user?.replace(/^mailto:/, '')
    if (scheme === undefined && mail !== undefined && port === '' && isEmail(mail, host)) {
      const start = match.index + (user?.length ?? 0) - mail.length
      spans.push({ kind: 'email', offset: start, length: mail.length + 1 + host.length })
    } else if (isHost(host, scheme !== undefined)) {
      const length = match[0].length - path.length + trimPath(path, 0).length
      spans.push({ kind: 'url', offset: match.index, length })
    }
  }
  return spans
}

/** Ends a path before a bracket that it did not open, and before punctuation that belongs to the sentence. */
function trimPath(address: string, pathStart: number): string {
  if (pathStart < 0) return address
  const open = { '(': 0, '[': 0, '{': 0 }
  let end = pathStart
  for (; end < address.length; end += 1) {
    const char = address[end]
    if (char === '(' || char === '[' || char === '{') open[char] += 1
    const opener = char === ')' ? '(' : char === ']' ? '[' : char === '}' ? '{' : undefined
    if (opener !== undefined && --open[opener] < 0) break
  }
  while (end > pathStart && ".:;,('?!`".includes(address[end - 1] ?? ' ')) end -= 1
  return end === pathStart + 1 && address[pathStart] !== '/' ? address.slice(0, pathStart) : address.slice(0, end)
}

function isEmail(user: string, host: string): boolean {
  if (!/^(?:[a-z0-9_-]{0,26}[.+]){0,10}[a-z0-9_-]{1,35}$/i.test(user)) return false
  return /^(?:(?:[a-z0-9][a-z0-9_-]{0,28})?[a-z0-9]\.){1,6}[a-z]{2,8}$/i.test(host)
}

function isHost(host: string, hasScheme: boolean): boolean {
  const labels = host.split('.')
  if (labels.some((label) => label.endsWith('-'))) return false
  if (labels.length === 4 && labels.every((label) => /^(?:0|[1-9]\d{0,2})$/.test(label) && Number(label) < 256))
    return true
  const ending = labels.at(-1) ?? ''
  if (labels.every((label) => /^\d+$/.test(label)) || ending.length < 2) return false
  if (labels.at(-2)?.includes('_') === true) return false
  if (ending.startsWith('xn--')) return /^xn--[a-z0-9]{2,}$/i.test(ending)
  if (/[_-]/.test(ending)) return false
  return hasScheme || isTopLevelDomain(ending)
}
