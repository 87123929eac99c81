import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { DEFAULT_EGRESS, DEFAULT_SECRETS } from './default-policy.ts'
import { parsePolicyFile, policyFileDocument } from './policy-file.ts'

const EXAMPLE = {
  $schema: './contracts/policy.schema.json',
  version: 1,
  rules: [
    {
      id: 'no-deploys-at-night',
      verdict: 'deny',
      why: 'Nobody is awake to see it fail.',
      when: { command: ['kubectl *'], time: { from: '22:00', to: '06:00', days: ['fri', 'sat'] } },
    },
    { id: 'two-for-pushes', verdict: 'ask', why: 'It leaves the house.', when: { command: ['git push*'] }, people: 2 },
  ],
  egress: [
    { host: '*.example.org', ports: [443, 8443] },
    { host: 'intranet.example', private: true },
  ],
  secrets: { warn_days: 30, at_max: 'refuse' },
}

function mistakesIn(file: object): readonly string[] {
  const read = parsePolicyFile(JSON.stringify(file), 'd')
  assert.equal(read.type, 'mistakes')
  return read.type === 'mistakes' ? read.mistakes : []
}

test('what a file says is in the policy, and what it leaves out is ours', () => {
  const read = parsePolicyFile(JSON.stringify(EXAMPLE), 'd')
  assert.equal(read.type, 'policy')
  if (read.type !== 'policy') return
  assert.deepEqual(read.policy.rules, EXAMPLE.rules)
  assert.deepEqual(read.policy.egress, [...EXAMPLE.egress, ...DEFAULT_EGRESS])
  assert.deepEqual(read.policy.secrets, { ...DEFAULT_SECRETS, warnDays: 30, atMax: 'refuse' })
  assert.equal(read.policy.digest, 'd')
})

test('an operator may do without our list of hosts', () => {
  const read = parsePolicyFile(
    JSON.stringify({ version: 1, replace_egress: true, egress: [{ host: 'a.example' }] }),
    'd',
  )
  assert.deepEqual(read.type === 'policy' ? read.policy.egress : null, [{ host: 'a.example' }])
})

test('a key that nobody knows is a mistake that names it, wherever it stands', () => {
  assert.deepEqual(mistakesIn({ version: 1, rulez: [] }), ['The file has "rulez", which nobody knows: is it misspelt?'])
  const rule = { id: 'a', verdict: 'deny', why: 'b', when: { commands: ['x'] } }
  assert.deepEqual(mistakesIn({ version: 1, rules: [rule] }), [
    'rules[0].when has "commands", which nobody knows: is it misspelt?',
  ])
})

test('ids that are there twice, ours, or two people for what nobody is asked about are mistakes', () => {
  const rule = { id: 'a', verdict: 'allow', why: 'b', when: {} }
  assert.match(mistakesIn({ version: 1, rules: [rule, rule] }).join(), /"a" is there twice/)
  assert.match(mistakesIn({ version: 1, rules: [{ ...rule, id: 'hard.wipe' }] }).join(), /those are ours/)
  assert.match(mistakesIn({ version: 1, rules: [{ ...rule, people: 2 }] }).join(), /"ask" alone/)
})

test('what is no policy never counts as the built-in one', () => {
  for (const text of ['', '{', 'null', '[]', '{}', '{"version":2}', '"version"', '\0']) {
    assert.equal(parsePolicyFile(text, 'd').type, 'mistakes', JSON.stringify(text))
  }
})

test('the published schema of the file is what the code says; if not: npm run contracts', async () => {
  const published = await readFile(new URL('../../../contracts/policy.schema.json', import.meta.url), 'utf8')
  assert.deepEqual(JSON.parse(published), JSON.parse(JSON.stringify(policyFileDocument())))
})
