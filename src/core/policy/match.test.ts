import assert from 'node:assert/strict'
import { test } from 'node:test'
import { egressRuleFor, matchesGlob, matchesHost, targetOf } from './match.ts'
import { isMetadataHost } from './metadata-hosts.ts'

test('a glob stands for anything where it has a star, and for itself elsewhere', () => {
  for (const [glob, text] of [
    ['*', ''],
    ['*', 'anything'],
    ['a*c', 'abbbc'],
    ['a*b*c', 'axbxbxc'],
    ['a.c', 'a.c'],
    ['git push*', 'git push origin'],
  ] as const)
    assert.ok(matchesGlob(glob, text), `${glob} ${text}`)
  for (const [glob, text] of [
    ['', 'a'],
    ['a', ''],
    ['a.c', 'abc'],
    ['a*c', 'ab'],
    ['git push*', 'git  push'],
  ] as const)
    assert.ok(!matchesGlob(glob, text), `${glob} ${text}`)
})

test('no glob and no text make it slow', () => {
  assert.equal(matchesGlob('*a'.repeat(200), `${'a'.repeat(20_000)}b`), false)
})

test('a star before a name stands for every name below it, not for itself', () => {
  assert.ok(matchesHost('*.example.org', 'a.example.org'))
  assert.ok(matchesHost('*.example.org', 'A.B.Example.ORG.'))
  assert.ok(!matchesHost('*.example.org', 'example.org'))
  assert.ok(!matchesHost('*.example.org', 'badexample.org'))
  assert.ok(!matchesHost('example.org', 'example.org.evil.net'))
})

test('a rule for a host holds for its ports alone', () => {
  const rules = [{ host: 'a.example' }, { host: 'b.example', ports: [22] }]
  assert.equal(egressRuleFor(rules, { host: 'a.example', port: 443 }), rules[0])
  assert.equal(egressRuleFor(rules, { host: 'a.example', port: 22 }), null)
  assert.equal(egressRuleFor(rules, { host: 'b.example', port: 22 }), rules[1])
  assert.equal(egressRuleFor(rules, { host: 'b.example', port: 443 }), null)
})

test('a target is a name with its port, or an address in brackets', () => {
  assert.deepEqual(targetOf('a.example'), { host: 'a.example', port: 443 })
  assert.deepEqual(targetOf('a.example:80'), { host: 'a.example', port: 80 })
  assert.deepEqual(targetOf('[::1]:8080'), { host: '[::1]', port: 8080 })
})

test('a metadata service is one however its address is written', () => {
  for (const host of [
    ...['169.254.169.254', '169.254.169.254.', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518'],
    ...['::ffff:169.254.169.254', '[::ffff:a9fe:a9fe]', 'Metadata.Google.Internal', '[fd00:ec2::254]'],
  ])
    assert.ok(isMetadataHost(host), host)
  for (const host of ['example.org', '10.0.0.1', '169.254.169.253', 'metadata.example.org', ''])
    assert.ok(!isMetadataHost(host), host)
})
