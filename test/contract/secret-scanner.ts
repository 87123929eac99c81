// What every SecretScanner promises.
import assert from 'node:assert/strict'
import type { SecretScanner } from '../../src/core/ports/secret-scanner.ts'
import { withParts } from './with-parts.ts'

export type ScannerUnderTest = { readonly scanner: SecretScanner; readonly close: () => Promise<void> }

export const KNOWN = 'zK9-known+value/of=this?installation'

export function secretScannerContract(name: string, open: () => Promise<ScannerUnderTest>): void {
  const withScanner = withParts(name, open)

  withScanner('findings are in order, within the text, and do not overlap', async ({ scanner }) => {
    const text = `a ${KNOWN} b ${KNOWN}${KNOWN} AIza${'q7Kz'.repeat(8)}abc ghp_${'aB3dE5fG7'.repeat(4)} c`
    const findings = await scanner.scan(text)
    assert.ok(findings.length >= 4)
    let last = 0
    for (const { rule, start, end } of findings) {
      assert.match(rule, /^[A-Za-z0-9_]+$/)
      assert.ok(last <= start && start < end && end <= text.length)
      last = end
    }
  })

  withScanner('whatever the text, it answers', async ({ scanner }) => {
    const odd = [
      '',
      '\ud800',
      '\0'.repeat(1_000),
      '-----BEGIN RSA PRIVATE KEY-----',
      '\u202e'.repeat(99),
      'é'.repeat(9),
    ]
    const long = ['a', 'sk-', 'http://a:b@', 'eyJ.', '-----BEGIN PRIVATE KEY-----\n', '="', 'password="', '\n \t', 'A1']
    for (const text of [...odd, ...long.map((part) => part.repeat(60_000))])
      assert.ok(Array.isArray(await scanner.scan(text, '../../etc/passwd')))
  })

  withScanner('a secret in a large text is found wherever it stands', async ({ scanner }) => {
    const filler = 'the quick brown fox jumps over 12 lazy dogs and goes on\n'
    const secret = `ghp_${'aB3dE5fG7'.repeat(4)}`
    for (const before of [0, 90_000, 95_980, 96_000, 115_990, 400_000]) {
      const text = `${filler.repeat(Math.ceil(before / filler.length)).slice(0, before)} ${secret} ${filler.repeat(2_000)}`
      const [found, ...others] = await scanner.scan(text)
      assert.deepEqual(others, [])
      assert.equal(text.slice(found?.start, found?.end), secret, `behind ${before} characters`)
    }
  })

  withScanner('what the text says about scanning changes nothing', async ({ scanner }) => {
    const secret = `ghp_${'aB3dE5fG7'.repeat(4)}`
    for (const words of ['// secretlint-disable', '/* secretlint-disable */', '# secretlint-disable-line'])
      assert.equal((await scanner.scan(`${words}\n${secret} ${words}\n`)).length, 1)
  })
}
