import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SandboxSecret } from '../../core/ports/sandbox.ts'
import { fill, formsOf, isFor, secretsOf } from './placeholders.ts'
import { createRewriter } from './rewrite-stream.ts'

const secret = (name: string, hosts: readonly string[]): SandboxSecret => ({
  name,
  placeholder: `placeholder-of-${name}`,
  hosts,
  valueFor: async () => 'value',
})
const PLACEHOLDER = 'placeholder-of-KEY'
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`

test('a secret is for the hosts that it names, and for names below where it says so', () => {
  const target = (host: string) => ({ host, port: 443 })
  const one = secret('KEY', ['API.example.org.', '*.internal.example'])
  for (const host of ['api.example.org', 'a.internal.example', 'b.a.internal.example'])
    assert.ok(isFor(one, target(host)))
  for (const host of [
    'example.org',
    'xapi.example.org',
    'api.example.org.evil.test',
    'internal.example',
    'xinternal.example',
  ]) {
    assert.ok(!isFor(one, target(host)), host)
  }
})

test('a placeholder becomes the value in headers, in Basic credentials and in the query, and nowhere else', () => {
  const values = new Map([[PLACEHOLDER, 'va lue&1']])
  const headers = [
    'Authorization',
    `Bearer ${PLACEHOLDER}`,
    `X-${PLACEHOLDER}`,
    'kept',
    'Proxy',
    basic(`me:${PLACEHOLDER}`),
  ]
  assert.deepEqual(fill({ path: `/${PLACEHOLDER}?a=1&key=${PLACEHOLDER}`, headers }, values), {
    path: `/${PLACEHOLDER}?a=1&key=va%20lue%261`,
    headers: ['Authorization', 'Bearer va lue&1', `X-${PLACEHOLDER}`, 'kept', 'Proxy', basic('me:va lue&1')],
  })
})

test('a placeholder is seen wherever a request can carry it', () => {
  const one = secret('KEY', [])
  const carrying = [
    { path: `/?q=${PLACEHOLDER}`, headers: [] },
    { path: `/${PLACEHOLDER}/x`, headers: [] },
    { path: `/${PLACEHOLDER.replace('p', '%70')}`, headers: [] },
    { path: '/', headers: ['X-Any', `a ${PLACEHOLDER} b`] },
    { path: '/', headers: [`X-${PLACEHOLDER}`, ''] },
    { path: '/', headers: ['Authorization', basic(`user:${PLACEHOLDER}`)] },
  ]
  for (const request of carrying) assert.deepEqual(secretsOf(request, [one]), [one], JSON.stringify(request))
  assert.deepEqual(secretsOf({ path: '/placeholder-of', headers: ['Authorization', basic('a:b')] }, [one]), [])
})

test('a value is found again raw and in base64, wherever it stands in what was encoded', () => {
  const text = fc.string({ maxLength: 12 })
  fc.assert(
    fc.property(
      fc.string({ minLength: 12, maxLength: 40, unit: 'binary-ascii' }),
      text,
      text,
      (value, before, after) => {
        fc.pre(!before.includes(value) && !after.includes(value))
        const forms = formsOf(new Map([[value, 'PLACEHOLDER']]))
        const { whole } = createRewriter([...forms.keys()], (found) => forms.get(found) ?? '')
        const spoken = Buffer.from(before + value + after)
        assert.ok(whole(spoken.toString('latin1')).includes('PLACEHOLDER'))
        assert.ok(whole(spoken.toString('base64')).includes('PLACEHOLDER'))
        assert.ok(whole(spoken.toString('base64url')).includes('PLACEHOLDER'))
      },
    ),
  )
})
