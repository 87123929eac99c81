// Rules for secrets that the maintained set does not know, or knows only where a file is whole.
import type { SecretFinding } from '../../core/vocabulary/secret.ts'

type Rule = {
  readonly rule: string
  /** What is in the group `secret` is one, or all of it where there is no such group. Each repetition in it is bounded. */
  readonly pattern: RegExp
  readonly is?: (secret: string) => boolean
}

const BEFORE = String.raw`(?<![A-Za-z0-9_-])`
const AFTER = String.raw`(?![A-Za-z0-9_-])`
const token = (rule: string, body: string): Rule => ({ rule, pattern: new RegExp(`${BEFORE}${body}${AFTER}`, 'g') })

const RULES: readonly Rule[] = [
  token('GoogleApiKey', 'AIza[0-9A-Za-z_-]{35}'),
  token('GoogleOAuthSecret', 'GOCSPX-[0-9A-Za-z_-]{28}'),
  token('TelegramBotToken', '[0-9]{8,12}:AA[0-9A-Za-z_-]{33}'),
  token('JsonWebToken', String.raw`eyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{20,1000}`),
  token('OpenRouterKey', 'sk-or-v1-[0-9a-f]{64}'),
  token('XaiKey', 'xai-[0-9A-Za-z]{60,120}'),
  token('PerplexityKey', 'pplx-[0-9A-Za-z]{40,64}'),
  token('ReplicateToken', 'r8_[0-9A-Za-z]{37}'),
  token('DigitalOceanToken', 'do[opr]_v1_[0-9a-f]{64}'),
  token('PyPiToken', 'pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000}'),
  token('AtlassianToken', 'ATATT3[A-Za-z0-9_=-]{160,220}'),
  token('DopplerToken', String.raw`dp\.(?:pt|st|ct|sa)\.[A-Za-z0-9]{40,44}`),
  token('SupabaseToken', 'sbp_[0-9a-f]{40}'),
  token('TwilioKey', 'SK[0-9a-f]{32}'),
  token('MailgunKey', 'key-[0-9a-f]{32}'),
  token('SquareToken', 'sq0(?:atp|csp)-[0-9A-Za-z_-]{22,43}'),
  token('PulumiToken', 'pul-[0-9a-f]{40}'),
  token('AgeSecretKey', 'AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'),
  token('RubyGemsKey', 'rubygems_[0-9a-f]{48}'),
  token('NewRelicKey', 'NRAK-[A-Z0-9]{27}'),
  token('SentryToken', 'sntry[us]_[A-Za-z0-9+/=_-]{40,300}'),
  { rule: 'AzureStorageKey', pattern: /AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)/g },
  {
    rule: 'DiscordWebhook',
    pattern:
      /https:\/\/(?:ptb\.|canary\.)?discord(?:app)?\.com\/api\/webhooks\/\d{15,22}\/(?<secret>[A-Za-z0-9_-]{60,80})/g,
  },
  // The end of a key that was cut off is as secret as its beginning; the maintained rule wants both ends.
  {
    rule: 'PrivateKey',
    pattern:
      /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?<secret>(?:[A-Za-z0-9+/=\s:,.()]|-(?!-)|\\[nr]){64,16000}?)(?:-----END|$)/g,
  },
  {
    rule: 'AuthorizationHeader',
    pattern:
      /\bauthorization["']?\s{0,3}[:=]\s{0,3}["']?(?:bearer|basic|token)\s{1,3}(?<secret>[A-Za-z0-9._~+/=-]{16,2000})/gi,
    is: isRandom,
  },
  {
    rule: 'AssignedSecret',
    pattern:
      /(?:password|passwd|passphrase|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?key)[A-Za-z0-9_-]{0,30}["'`]?\s{0,3}(?::|=>|=|:=)\s{0,3}(?<quote>["'`])(?<secret>[^\s"'`]{12,300})\k<quote>/gi,
    is: isRandom,
  },
  // As in an .env file: without quotes, a line each.
  {
    rule: 'AssignedSecret',
    pattern:
      /(?<![A-Za-z0-9_])[A-Z0-9_]{0,60}(?:PASSWORD|PASSWD|SECRET|TOKEN|API_KEY|APIKEY|ACCESS_KEY|PRIVATE_KEY)[A-Z0-9_]{0,30}=(?<secret>[^\s"'`#;&|]{12,300})(?=[\s;&|]|$)/g,
    is: isRandom,
  },
]

/** `text` is a window of a larger one; offsets are within it. */
export function findByOwnRules(text: string): readonly SecretFinding[] {
  return RULES.flatMap(({ rule, pattern, is }) =>
    [...text.matchAll(pattern)].flatMap((match): SecretFinding[] => {
      const secret = match.groups?.['secret'] ?? match[0]
      if (isExample(secret) || (is !== undefined && !is(secret))) return []
      const start = match.index + match[0].indexOf(secret)
      return [{ rule, start, end: start + secret.length }]
    }),
  )
}

const EXAMPLE =
  /example|sample|placeholder|dummy|changeme|change[_-]?me|replace|your[_-]|[_-]here|insert|redacted|secret removed|<[^>]*>|\$\{|\{\{|%\(|\.\.\.|\*\*\*\*|0123456789abcdef|deadbeef|abcdefghij|not[_-]?(?:a[_-]?)?(?:real|secret)/i
/** Short enough to turn up in what a machine made up, if only it is long: of a key of a thousand characters they say nothing. */
const BRIEF_EXAMPLE = /xxxx|fake|mock/i
const BRIEF_CHARACTERS = 100
/** What people write where a password would stand. */
const STOCK: ReadonlySet<string> = new Set(
  'password passwd pass pwd secret user username admin root test testing postgres mysql mongo mongodb redis guest demo foo bar baz hunter2 letmein qwerty token'.split(
    ' ',
  ),
)
const FEWEST_CHARACTERS = 7

/** Written to be seen: what documentation and tests put where a secret would stand. */
export function isExample(secret: string): boolean {
  if (EXAMPLE.test(secret) || STOCK.has(secret.toLowerCase())) return true
  if (secret.length <= BRIEF_CHARACTERS && BRIEF_EXAMPLE.test(secret)) return true
  return secret.length >= 16 && new Set(secret).size < FEWEST_CHARACTERS
}

const PLAIN_WORD = /^(?:[A-Za-z]+\d{0,4}|\d{1,4})$/
const REFERENCE = /^(?:process\.env|os\.environ|import\.meta|https?:|file:|data:|\/|\.{1,2}\/|\$|@|#)|[(){}[\];<>]/
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i
const BITS_A_CHARACTER = 3.2

/** Not a word, a path, a reference or a name, but something that a machine made up. */
function isRandom(secret: string): boolean {
  if (secret.split(/[-_.:/ ]/).every((part) => PLAIN_WORD.test(part)) || REFERENCE.test(secret) || UUID.test(secret))
    return false
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((kind) => kind.test(secret)).length
  return kinds >= 2 && /\d/.test(secret) && entropyOf(secret) >= BITS_A_CHARACTER
}

/** Shannon's, in bits a character. */
function entropyOf(text: string): number {
  const counts = [...Map.groupBy(text, (character) => character).values()].map(({ length }) => length / text.length)
  return counts.reduce((sum, share) => sum - share * Math.log2(share), 0)
}
