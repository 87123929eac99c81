import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EgressReport } from '../vocabulary/egress.ts'
import { createEgressSums } from './egress-sums.ts'

const report = (host: string, changes: Partial<EgressReport> = {}): EgressReport => ({
  ...{ host, port: 443, verdict: 'ask', rule: 'default.egress', why: null, address: null },
  ...{ bytesOut: 1, bytesIn: 2, secrets: [] },
  ...changes,
})

test('connections to one place are one entry', () => {
  const sums = createEgressSums()
  sums.add(report('a.example'))
  sums.add(report('a.example'))
  sums.add(report('a.example', { verdict: 'allow', rule: 'approved', secrets: ['KEY'] }))
  const place = { host: 'a.example', port: 443 }
  assert.deepEqual(sums.take(), [
    {
      type: 'egress.decided',
      data: { ...place, verdict: 'ask', rule: 'default.egress', connections: 2, bytes_out: 2, bytes_in: 4 },
    },
    {
      type: 'egress.decided',
      data: { ...place, verdict: 'allow', rule: 'approved', connections: 1, bytes_out: 1, bytes_in: 2 },
    },
    { type: 'secret.used', data: { name: 'KEY', host: 'a.example' } },
  ])
  assert.deepEqual(sums.take(), [])
})

test('a program that makes up names without end fills no log, and crowds out nothing that was let through', () => {
  const sums = createEgressSums()
  let entries = 0
  for (let round = 0; round < 20; round += 1) {
    for (let number = 0; number < 1_000; number += 1) sums.add(report(`${round}-${number}.example`))
    entries += sums.take().length
  }
  assert.ok(entries <= 200 + 20, String(entries))
  sums.add(report('new.example'))
  sums.add(report('real.example', { verdict: 'allow', rule: 'approved' }))
  const [other, real] = sums.take()
  assert.deepEqual(other?.data, {
    ...{ host: '*', port: 0, verdict: 'ask', rule: 'default.egress' },
    ...{ connections: 1, bytes_out: 1, bytes_in: 2 },
  })
  assert.equal(real?.type === 'egress.decided' && real.data.host, 'real.example')
})
