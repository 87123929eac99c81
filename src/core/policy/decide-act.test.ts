import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ShellReader, ShellWord } from '../ports/shell-reader.ts'
import type { UserId } from '../vocabulary/ids.ts'
import type { Act, Rule } from '../vocabulary/policy.ts'
import { decideAct } from './decide-act.ts'
import { defaultPolicy, policyOf } from './default-policy.ts'
import { egressVerdict } from './egress-verdict.ts'

const ada = 'ada' as UserId
const friday = new Date('2026-03-06T23:30:00Z')

const word = (text: string): ShellWord => ({ text, parts: [text], source: text, globs: false, scripts: [] })

/** Blanks between words and `;` between commands are all that this one knows. */
const plain: ShellReader = {
  read: (line) => ({
    commands: line.split(';').map((command) => {
      const [name = '', ...words] = command.trim().split(' ')
      return { assignments: [], name: word(name), words: words.map(word), redirects: [], pipedFrom: null }
    }),
    functions: [],
    problems: [],
  }),
}

function act(more: Partial<Act>): Act {
  const by = { userId: ada, role: 'member' as const }
  return {
    tool: 'shell',
    where: 'sandbox',
    by,
    bot: null,
    command: null,
    paths: [],
    hosts: [],
    tokens: null,
    at: friday,
    ...more,
  }
}

function decided(rules: readonly Rule[], more: Partial<Act>) {
  const { verdict, rule } = decideAct(policyOf({ rules }, 'd'), act(more), plain)
  return `${verdict} ${rule}`
}

const rule = (id: string, verdict: Rule['verdict'], when: Rule['when']): Rule => ({
  id,
  verdict,
  why: 'Because.',
  when,
})

test('the first rule that matches decides, before every default', () => {
  const rules = [rule('a', 'ask', { command: ['ls -l*'] }), rule('b', 'deny', { command: ['ls*'] })]
  assert.equal(decided(rules, { command: 'ls -la' }), 'ask a')
  assert.equal(decided(rules, { command: 'ls' }), 'deny b')
  assert.equal(decided(rules, { command: 'pwd' }), 'allow default.read')
})

test('a rule that allows one command allows no other of the same line', () => {
  const rules = [rule('pushes', 'allow', { command: ['git push*'] })]
  assert.equal(decided(rules, { command: 'git push origin' }), 'allow pushes')
  assert.equal(decided(rules, { command: 'git push origin; git push-x; rm -rf /data' }), 'ask default.destructive')
})

test('a rule that allows a wrapper does not allow what it starts', () => {
  const rules = [rule('env', 'allow', { command: ['env*'] })]
  assert.equal(decided(rules, { command: 'env rm -rf /data' }), 'ask default.destructive')
})

test('rules look at role, user, bot, place, cost and time', () => {
  const run = { command: 'ls' }
  assert.equal(decided([rule('r', 'deny', { role: ['member'] })], run), 'deny r')
  assert.equal(decided([rule('r', 'deny', { role: ['guest'] })], run), 'allow default.read')
  assert.equal(decided([rule('r', 'deny', { user: ['a*'] })], run), 'deny r')
  assert.equal(decided([rule('r', 'deny', { bot: ['*'] })], run), 'allow default.read')
  assert.equal(decided([rule('r', 'deny', { bot: ['*'] })], { ...run, bot: 'b' }), 'deny r')
  assert.equal(decided([rule('r', 'deny', { where: ['host'] })], run), 'allow default.read')
  assert.equal(decided([rule('r', 'ask', { tokens_over: 10 })], { ...run, tokens: 11 }), 'ask r')
  assert.equal(decided([rule('r', 'ask', { tokens_over: 10 })], { ...run, tokens: null }), 'allow default.read')
})

test('a time that spans midnight belongs to the day on which it began', () => {
  const night = [rule('night', 'deny', { time: { from: '22:00', to: '06:00', days: ['fri'] } })]
  assert.equal(decided(night, { command: 'ls' }), 'deny night')
  assert.equal(decided(night, { command: 'ls', at: new Date('2026-03-07T05:59:00Z') }), 'deny night')
  assert.equal(decided(night, { command: 'ls', at: new Date('2026-03-07T06:00:00Z') }), 'allow default.read')
  assert.equal(decided(night, { command: 'ls', at: new Date('2026-03-07T23:00:00Z') }), 'allow default.read')
})

test('a rule that allows paths must hold for all of them, one that refuses for any', () => {
  const allow = [rule('scratch', 'allow', { class: ['destructive'], path: ['/srv/scratch/*'] })]
  assert.equal(decided(allow, { command: 'rm /srv/scratch/a' }), 'allow scratch')
  assert.equal(decided(allow, { command: 'rm /srv/scratch/a /srv/b' }), 'ask default.destructive')
  assert.equal(decided(allow, { command: 'rm /srv/scratch/../b' }), 'ask default.destructive')
  const deny = [rule('migrations', 'deny', { path: ['migrations/*'] })]
  assert.equal(decided(deny, { tool: 'write', paths: ['src/a', 'migrations/1.sql'] }), 'deny migrations')
})

test('of hosts that are not listed it is asked, and only of those', () => {
  const policy = defaultPolicy()
  const asked = decideAct(policy, act({ command: 'curl https://pypi.org; curl https://a.example' }), plain)
  assert.equal(asked.verdict, 'ask')
  assert.deepEqual(asked.askedHosts, ['a.example'])
  const more = decideAct(policy, act({ command: 'curl https://a.example; git push' }), plain)
  assert.deepEqual(more.askedHosts, [])
})

test('tools work on the task’s files without a question, and what nobody knows is asked about', () => {
  assert.equal(decided([], { tool: 'write', paths: ['a'] }), 'allow default.tool')
  assert.equal(decided([], { tool: 'write', where: 'host', paths: ['a'] }), 'ask default.host-tool')
  assert.equal(decided([], { tool: 'teleport' }), 'ask default.other-tool')
  assert.equal(decided([], { tool: 'teleport', inside: false }), 'ask default.other-tool')
  assert.equal(decided([], { tool: 'count', inside: true }), 'allow default.tool')
  assert.equal(decided([], { tool: 'count', inside: true, where: 'host' }), 'ask default.host-tool')
  assert.equal(decided([], { tool: 'secret', hosts: ['a.example'] }), 'ask default.secret')
  assert.equal(decided([], { tool: 'run', command: 'ls' }), 'ask default.run')
  assert.equal(
    decided([rule('r', 'allow', { tool: ['run'], command: ['ls'] })], { tool: 'run', command: 'ls' }),
    'allow r',
  )
})

test('the platform’s own folder is out of reach on the host', () => {
  const policy = { ...defaultPolicy(), guarded: ['/data/own'] }
  for (const command of ['cat /data/own/x', 'rm -rf /data', 'ls /data/own', 'cp /data/../data/own/x y']) {
    assert.equal(decideAct(policy, act({ command, where: 'host' }), plain).rule, 'hard.platform', command)
  }
  assert.equal(decideAct(policy, act({ command: 'cat /data/owner', where: 'host' }), plain).verdict, 'allow')
})

test('a host is reached when a rule or the list says so, never a metadata service', () => {
  const asker = { by: { userId: ada, role: 'member' as const }, bot: null, at: friday }
  const verdict = (rules: readonly Rule[], host: string) =>
    egressVerdict(
      policyOf({ rules, egress: [{ host: 'intranet.example', private: true }] }, 'd'),
      { host, port: 443 },
      asker,
    )
  assert.deepEqual(verdict([], 'pypi.org'), { type: 'allow', rule: 'default.egress-listed', private: false })
  assert.deepEqual(verdict([], 'intranet.example'), { type: 'allow', rule: 'default.egress-listed', private: true })
  assert.equal(verdict([], 'a.example').type, 'ask')
  assert.equal(verdict([rule('r', 'allow', { host: ['a.example'] })], 'a.example').type, 'allow')
  assert.equal(verdict([rule('r', 'deny', { role: ['member'] })], 'pypi.org').type, 'deny')
  assert.equal(verdict([rule('r', 'allow', { role: ['member'] })], 'a.example').type, 'ask')
  assert.equal(verdict([rule('r', 'allow', { host: ['*'] })], '169.254.169.254').type, 'deny')
  // A question whose yes leads nowhere is not put.
  for (const host of [
    '10.1.2.3',
    '192.168.0.1',
    '172.20.1.1',
    '127.1',
    '0x7f000001',
    '2130706433',
    '[::1]',
    '[fd00::1]',
    'localhost',
  ])
    assert.deepEqual([verdict([], host).type, verdict([], host).rule], ['deny', 'default.private'], host)
  for (const host of ['11.1.2.3', '172.32.0.1', '192.169.0.1', '8.8.8.8', '[2001:4860::1]', 'localhost.example'])
    assert.equal(verdict([], host).type, 'ask', host)
})
