import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { KNOWN, secretScannerContract } from '../../../test/contract/secret-scanner.ts'
import { createSecretScanner } from './secret-scanner.ts'

const scanner = createSecretScanner({ known: async () => [KNOWN], log: () => undefined })
const close = async () => undefined

secretScannerContract('rules and known values', async () => ({ scanner, close }))

const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const ALNUM = `${LOWER}${LOWER.toUpperCase()}${DIGITS}`
const HEX = `${DIGITS}abcdef`

/** The same each time, and like nothing that somebody would write as an example. */
function madeUp(alphabet: string, length: number, seed = 7): string {
  let state = seed * 2_654_435_761
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return alphabet[(state >>> 8) % alphabet.length]
  }).join('')
}

const an = (length: number) => madeUp(ALNUM, length)
const hex = (length: number) => madeUp(HEX, length)
const pem = (type: 'pkcs1' | 'pkcs8') =>
  generateKeyPairSync('rsa', {
    modulusLength: 1_024,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type, format: 'pem' },
  }).privateKey.trim()
const jwt = ['{"alg":"HS256","typ":"JWT"}', '{"sub":"1234567890","iat":1516239022}']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.')

/** What it is, the text, and the part of it that has to go. */
const SECRETS: readonly (readonly [string, string, string])[] = [
  ['AWS secret key', `AWS_SECRET_ACCESS_KEY=${an(40)}`, an(40)],
  ['AWS secret key in JSON', `{"aws_secret_access_key": "${an(40)}"}`, an(40)],
  ['npm token', `npm_${an(36)}`, an(36)],
  ['npmrc', `//registry.example.org/:_authToken=npm_${an(36)}`, an(36)],
  ['basic auth', `curl https://deploy:${an(20)}@git.example.net/x`, an(20)],
  ['Slack bot token', `xoxb-${madeUp(DIGITS, 12)}-${madeUp(DIGITS, 12)}-${an(24)}`, an(24)],
  ['Slack webhook', `https://hooks.slack.com/services/T${an(9)}/B${an(9)}/${an(24)}`, an(24)],
  ['SendGrid', `SG.${an(22)}.${an(43)}`, an(43)],
  ['Shopify', `shpat_${hex(32)}`, hex(32)],
  ['Stripe live', `sk_live_${an(24)}`, an(24)],
  ['Stripe restricted', `rk_live_${an(24)}`, an(24)],
  ['GitHub classic', `ghp_${an(36)}`, an(36)],
  ['GitHub OAuth', `gho_${an(36)}`, an(36)],
  ['GitHub app', `ghs_${an(36)}`, an(36)],
  ['GitHub fine-grained', `github_pat_${an(82)}`, an(82)],
  ['GitLab', `glpat-${an(20)}`, an(20)],
  ['Grafana service account', `glsa_${an(32)}_${hex(8)}`, an(32)],
  ['OpenAI', `sk-${an(20)}T3BlbkFJ${an(20)}`, `T3BlbkFJ${an(20)}`],
  ['OpenAI project', `sk-proj-${an(74)}T3BlbkFJ${an(74)}`, `T3BlbkFJ${an(74)}`],
  ['Anthropic', `sk-ant-api03-${an(93)}AA`, `${an(93)}AA`],
  ['Groq', `gsk_${an(52)}`, an(52)],
  ['Hugging Face', `hf_${madeUp(LOWER + LOWER.toUpperCase(), 34)}`, madeUp(LOWER + LOWER.toUpperCase(), 34)],
  ['Linear', `lin_api_${an(40)}`, an(40)],
  ['Notion', `ntn_${madeUp(DIGITS, 11)}${an(35)}`, an(35)],
  ['PostgreSQL', `postgresql://app:${an(18)}@db.internal.net:5432/app`, an(18)],
  ['MySQL', `mysql://app:${an(18)}@db.internal.net:3306/app`, an(18)],
  ['MongoDB', `mongodb+srv://app:${an(18)}@cluster0.x.mongodb.net/app`, an(18)],
  ['Databricks', `dapi${hex(32)}`, hex(32)],
  ['Docker', `dckr_pat_${an(27)}`, an(27)],
  ['Figma', `figd_${an(40)}`, an(40)],
  ['Tailscale', `tskey-auth-${an(12)}-${an(32)}`, an(32)],
  ['private key, RSA', pem('pkcs1'), pem('pkcs1').split('\n')[3] ?? ''],
  ['Google API key', `AIza${an(35)}`, an(35)],
  ['Google OAuth', `GOCSPX-${an(28)}`, an(28)],
  ['Telegram bot', `${madeUp('123456789', 10)}:AA${an(33)}`, an(33)],
  ['JSON web token', `${jwt}.${an(43)}`, an(43)],
  ['OpenRouter', `sk-or-v1-${hex(64)}`, hex(64)],
  ['Replicate', `r8_${an(37)}`, an(37)],
  ['DigitalOcean', `dop_v1_${hex(64)}`, hex(64)],
  ['PyPI', `pypi-AgEIcHlwaS5vcmc${an(70)}`, an(70)],
  ['Twilio', `SK${hex(32)}`, hex(32)],
  ['Mailgun', `key-${hex(32)}`, hex(32)],
  ['Azure storage', `AccountName=x;AccountKey=${an(86)}==;`, an(86)],
  ['Discord webhook', `https://discord.com/api/webhooks/${madeUp('123456789', 18)}/${an(68)}`, an(68)],
  ['private key, cut off', pem('pkcs8').split('\n').slice(0, 6).join('\n'), pem('pkcs8').split('\n')[2] ?? ''],
  ['bearer header', `Authorization: Bearer ${an(40)}`, an(40)],
  ['basic header', `"authorization": "Basic ${Buffer.from(`me:${an(20)}`).toString('base64')}"`, ''],
  ['assignment', `const dbPassword = "${an(16)}!"`, an(16)],
  ['assignment in YAML', `client_secret: '${an(24)}'`, an(24)],
  ['.env', `DEBUG=1\nSESSION_SECRET=${an(32)}\nPORT=3000`, an(32)],
  ['export', `export API_TOKEN=${an(32)}`, an(32)],
]

test('at least forty kinds of secrets are found, and all of each', async () => {
  assert.ok(SECRETS.length >= 40)
  const once = new Map<string, string>()
  const missed: string[] = []
  for (const [what, given, part] of SECRETS) {
    // Keys are made anew by each call: the text and its part belong together.
    const text = given
    const secret = part === '' || text.includes(part) ? part : (text.split('\n')[3] ?? '')
    once.set(what, text)
    for (const around of ['', 'before ', '\n  ']) {
      const whole = `${around}${text}${around === '' ? '' : '\nafter'}`
      const findings = await scanner.scan(whole)
      let left = whole
      for (const { start, end } of findings.toReversed()) left = left.slice(0, start) + left.slice(end)
      if (findings.length === 0 || (secret !== '' && left.includes(secret)))
        missed.push(`${what}: ${JSON.stringify(left)}`)
    }
  }
  assert.deepEqual(missed, [])
  assert.equal(once.size, SECRETS.length)
})

const HARMLESS: readonly string[] = [
  'AKIAIOSFODNN7EXAMPLE',
  'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  'sk-ant-api03-YOUR_KEY_HERE',
  'OPENAI_API_KEY=sk-...',
  'password = "correct horse battery staple"',
  'const password = process.env.DB_PASSWORD_FOR_PRODUCTION1',
  'token: "${{ secrets.GITHUB_TOKEN_2024 }}"',
  'API_KEY="<your-api-key-1234>"',
  'API_TOKEN=changeme-please-123',
  'postgres://postgres:postgres@localhost:5432/app',
  'postgres://user:password@db.example.org/app',
  'mysql://root:secret@127.0.0.1:3306/test',
  'https://user:pass@example.com/path',
  'redis://:password@localhost:6379',
  'commit 93cb603f0d2a4d7e5b6c8a9f1e2d3c4b5a697887',
  'sha512-v2kDEe57lecTulaDIuNTPy3Ry4gLGJ6Z1O3vE1krgXZNrsQ+LFTGHVxVjcXPs17LhbZVGedAJv8XZ1tvj5FvSg==',
  '"integrity": "sha512-xyNtPmPz2tDEhpAvdsDBfvtwOqk+vSLwRK2QpoNGBWKPRXcGkkP0nVFPyEjaDsGBqkRyFS4RrZSLYUlpNvVJ2g=="',
  '"resolved": "https://registry.example.org/left-pad/-/left-pad-1.3.0.tgz"',
  '018f3e2a-7b1c-7c3d-9e4f-5a6b7c8d9e0f',
  'const tokenName = "access-token-for-users"',
  'secretName: "my-app-tls-certificate-2024"',
  'passwordPlaceholder="Enter your password123"',
  'function getSecretToken1() { return vault.read("path/to/secret1") }',
  'expect(token).toBe("header.payload.signature")',
  'the password is stored in the vault',
  'Authorization: Bearer <token>',
  'Authorization: Bearer ${token}',
  'curl -H "Authorization: Bearer $TOKEN" https://api.example.org',
  '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0vx7\n-----END PUBLIC KEY-----',
  '-----BEGIN CERTIFICATE-----\nMIIDXTCCAkWgAwIBAgIJAJC1HiIAZAiIMA0GCSqGSIb3DQEB\n-----END CERTIFICATE-----',
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'className="text-gray-500 hover:text-gray-700 md:grid-cols-2"',
  'import { readFile } from "node:fs/promises"',
  '$ npm test\n\n> app@1.0.0 test\n> node --test\n\n✔ adds (1.234567ms)\nℹ tests 1\nℹ duration_ms 123.456789',
  'https://127.0.0.1:7070/?token-type=bearer&page=2',
  'tokens used: 123456, cost: 0.0123',
  'csrf_token_header = "X-CSRF-Token-2"',
  'key: "ArrowLeft", code: "ArrowLeft12345"',
  'autocomplete="current-password1"',
  'SECRET_KEY=os.environ["DJANGO_SECRET_KEY_1"]',
  '{"type": "password_reset_2", "token_url": "https://auth.example.org/oauth2/token"}',
]

test('what is no secret is left alone', async () => {
  const found: string[] = []
  for (const text of HARMLESS) {
    for (const { rule, start, end } of await scanner.scan(text)) found.push(`${rule} in ${text.slice(start, end)}`)
  }
  assert.deepEqual(found, [])
})

test('a known value is found in every form in which it gets out', async () => {
  const forms = [
    KNOWN,
    encodeURIComponent(KNOWN),
    new URLSearchParams({ a: KNOWN }).toString(),
    Buffer.from(KNOWN).toString('hex'),
    JSON.stringify({ a: KNOWN }),
    ...[0, 1, 2, 3, 4].flatMap((before) => {
      const bytes = Buffer.from(`${'u'.repeat(before)}${KNOWN}:rest`)
      return [bytes.toString('base64'), bytes.toString('base64url')]
    }),
  ]
  for (const form of forms) {
    const findings = await scanner.scan(`say ${form}, please`)
    assert.ok(
      findings.some(({ rule }) => rule === 'KnownSecret'),
      form,
    )
  }
})

test('a known key of many lines is found line by line', async () => {
  const key = pem('pkcs8')
  const one = createSecretScanner({ known: async () => [key], log: () => undefined })
  for (const line of key
    .split('\n')
    .slice(1, -1)
    .filter(({ length }) => length >= 16)) {
    const [found] = await one.scan(`12: ${line}`)
    assert.equal(found?.rule, 'KnownSecret')
  }
  assert.deepEqual(await one.scan('-----BEGIN PRIVATE KEY-----'), [])
})

test('short values and words are no secrets, even where they are configured', async () => {
  const one = createSecretScanner({ known: async () => ['hunter2', '', ' '], log: () => undefined })
  assert.deepEqual(await one.scan('hunter2 is what they said'), [])
})

test('what can not be looked up leaves what was known', async () => {
  let isDown = false
  const one = createSecretScanner({
    known: async () => (isDown ? Promise.reject(new Error('down')) : [KNOWN]),
    log: () => undefined,
  })
  await one.learn()
  isDown = true
  await one.learn()
  assert.equal((await one.scan(KNOWN)).length, 1)
  assert.equal(one.hide(`a ${KNOWN} b`, '[secret]'), 'a [secret] b')
})

test('in whatever text, a known value is taken out', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), async (before, after) => {
      const text = `${before}${KNOWN}${after}`
      const findings = await scanner.scan(text)
      let left = text
      for (const { start, end } of findings.toReversed()) left = left.slice(0, start) + left.slice(end)
      assert.ok(!left.includes(KNOWN))
    }),
    { numRuns: 200 },
  )
})

test('a long key is found whatever short words chance has put into it', async () => {
  for (const word of ['fake', 'MOCK', 'xXxX']) {
    const body = `${an(400)}${word}${an(200)}`
    const text = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----`
    assert.equal((await scanner.scan(text)).length > 0, true, word)
  }
})
