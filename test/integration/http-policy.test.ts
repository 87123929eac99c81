// The policy over HTTP: the rules in force and what they say of a command, for whoever is signed in; changed by nobody.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { policyOf } from '../../src/core/policy/default-policy.ts'
import { ADA, jsonOf, openWorld, OWNER } from './http-world.ts'

const FILE = '/srv/data/policy.json'
const night = { id: 'no-deploys', verdict: 'deny', why: 'Not from here.', when: { command: ['deploy*'] } } as const

test('the rules are shown in the order in which they decide, and where the file is to owners alone', async (t) => {
  const policy = async () => policyOf({ rules: [night], egress: [{ host: 'example.org' }] }, 'd'.repeat(64))
  const world = await openWorld(t, { deps: { policy, policyFile: async () => FILE } })
  assert.equal((await world.call(null, 'GET', '/v1/policy')).status, 401)
  const shown = await jsonOf(await world.call(OWNER, 'GET', '/v1/policy'))
  assert.equal(shown['file'], FILE)
  assert.equal(shown['digest'], 'd'.repeat(64))
  const rules = shown['rules'] as readonly { id: string; origin: string }[]
  const origins = rules.map(({ origin }) => origin)
  assert.deepEqual([...new Set(origins)], ['hard', 'file', 'default'])
  assert.deepEqual(
    origins.toSorted((a, b) => ['hard', 'file', 'default'].indexOf(a) - ['hard', 'file', 'default'].indexOf(b)),
    origins,
  )
  assert.equal(rules[origins.indexOf('file')]?.id, 'no-deploys')
  assert.equal((await jsonOf(await world.call(ADA, 'GET', '/v1/policy')))['file'], null)
  for (const method of ['POST', 'PUT', 'DELETE'])
    assert.equal((await world.call(OWNER, method, '/v1/policy', {})).status, 405, method)
})

test('a command is explained for whoever asks, in either place; what is no command is a problem', async (t) => {
  const forMembers = {
    id: 'members-read',
    verdict: 'ask',
    why: 'Members are asked.',
    when: { role: ['member'] },
  } as const
  const world = await openWorld(t, { deps: { policy: async () => policyOf({ rules: [forMembers] }, 'd') } })
  const explain = async (who: typeof OWNER, command: string, where?: string) =>
    jsonOf(await world.call(who, 'POST', '/v1/policy/explain', { command, ...(where === undefined ? {} : { where }) }))
  const said = await explain(OWNER, 'ls | xargs rm -rf', 'host')
  assert.equal(said['verdict'], 'ask')
  assert.deepEqual(said['classes'], ['read', 'destructive'])
  assert.equal((await explain(OWNER, 'ls'))['verdict'], 'allow')
  assert.equal((await explain(ADA, 'ls'))['rule'], 'members-read')
  assert.equal((await explain(OWNER, 'rm -rf build', 'sandbox'))['verdict'], 'allow')
  assert.equal((await explain(OWNER, 'rm -rf /', 'sandbox'))['rule'], 'hard.wipe')
  for (const body of [{}, { command: '' }, { command: 'ls', where: 'moon' }, { command: 'x'.repeat(100_001) }, []])
    assert.equal((await world.call(OWNER, 'POST', '/v1/policy/explain', body)).status, 400)
})

test('a file that can not be read is no policy: owners are told what is wrong, others that it is', async (t) => {
  const policy = async () => {
    throw new Error(`${FILE} holds no policy: rules.0.verdict is missing`)
  }
  const world = await openWorld(t, { deps: { policy, policyFile: async () => FILE } })
  for (const [who, told] of [
    [OWNER, /rules\.0\.verdict/],
    [ADA, /^An owner has to mend/],
  ] as const) {
    const response = await world.call(who, 'GET', '/v1/policy')
    assert.equal(response.status, 503)
    assert.match(String((await jsonOf(response))['detail']), told)
  }
})
