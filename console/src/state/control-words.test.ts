import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  EMPTY_TOKEN,
  inOrder,
  isAdmin,
  sayLabel,
  sayScopes,
  toggled,
  tokenProblem,
  tokenToSend,
} from './access-view.ts'
import { addAuditPage, auditPath, isProse, NO_ENTRIES, sayAction, sayCheck } from './audit-view.ts'
import type { WireAuditEntry, WireCredential, WireRule, WireSession, WireStopped } from './control.ts'
import { conditionsOf, groupRules, sayEgress, saySecretAges } from './policy-view.ts'
import {
  EMPTY_SECRET,
  ownersToChoose,
  readHosts,
  sayForWhom,
  sayState,
  sayWhereItLives,
  secretProblem,
  secretToSend,
} from './secret-view.ts'
import { sayStopped } from './stop-view.ts'

const entry = (seq: number, more: Partial<WireAuditEntry> = {}): WireAuditEntry => ({
  seq,
  at: '2026-03-02T09:00:00.000Z',
  actor: 'owner',
  action: 'login',
  task_id: null,
  subject: '',
  data: {},
  hash: 'a'.repeat(64),
  ...more,
})

test('pages of the audit log overlap without showing an entry twice, the newest first', () => {
  const first = addAuditPage(NO_ENTRIES, { items: [entry(5), entry(4)], next_cursor: '4' })
  assert.deepEqual(first.before, 4)
  const second = addAuditPage(first, { items: [entry(4), entry(3)], next_cursor: null })
  assert.deepEqual(
    second.entries.map(({ seq }) => seq),
    [5, 4, 3],
  )
  assert.equal(second.before, null)
})

test('a question to the audit log asks for nothing that was left empty, and escapes the rest', () => {
  assert.equal(auditPath({ actor: ' ', task: '', action: '' }, null, 50), '/v1/audit?limit=50')
  assert.equal(
    auditPath({ actor: 'a&b', task: 't', action: 'panic' }, 7, 50),
    '/v1/audit?limit=50&actor=a%26b&task_id=t&action=panic&before=7',
  )
})

test('an action is told by what came of it, also one that nobody knows', () => {
  const told = (action: string, data: WireAuditEntry['data'] = {}) =>
    sayAction({ action: action as WireAuditEntry['action'], data })
  assert.deepEqual(told('egress.decided', { verdict: 'deny' }), { label: 'connection (deny)', tone: 'bad' })
  assert.deepEqual(told('approval.answered', { status: 'approved' }), { label: 'approved', tone: 'good' })
  assert.deepEqual(told('panic', { on: false }), { label: 'went on', tone: 'good' })
  assert.deepEqual(told('moon.landed'), { label: 'moon.landed', tone: 'plain' })
  assert.equal(isProse({ action: 'approval.asked', data: { kind: 'plan' } }), true)
  assert.equal(isProse({ action: 'approval.asked', data: { kind: 'tool' } }), false)
})

test('a check of the chain says how much it looked at, and what is wrong', () => {
  const head = { seq: 2, hash: 'abcdef0123456789'.repeat(4) }
  const check = { ok: true, entries: 2, head, problems: [], more_problems: 0, warnings: [], anchored: null }
  assert.match(sayCheck(check), /^Intact: 2 entries.+abcdef012345\.$/)
  const problems = [{ seq: 1, problem: 'edited' }]
  assert.match(sayCheck({ ...check, ok: false, problems, more_problems: 4 }), /^5 problems in 2 entries/)
})

test('rules stand in the order in which they decide, whatever order they come in', () => {
  const rule = (id: string, origin: WireRule['origin']): WireRule => ({ id, origin, verdict: 'ask', why: '', when: {} })
  const groups = groupRules([rule('d1', 'default'), rule('h', 'hard'), rule('d2', 'default')])
  assert.deepEqual(
    groups.map(({ origin, rules }) => [origin, rules.map(({ id }) => id)]),
    [
      ['hard', ['h']],
      ['default', ['d1', 'd2']],
    ],
  )
})

test('conditions, hosts and ages in words', () => {
  assert.deepEqual(conditionsOf({ class: ['network'], tokens_over: 5_000, time: { from: '18:00', to: '08:00' } }), [
    { label: 'class', values: ['network'] },
    { label: 'cost', values: ['over 5,000 tokens'] },
    { label: 'time (UTC)', values: ['18:00 to 08:00'] },
  ])
  assert.deepEqual(conditionsOf({}), [])
  assert.equal(
    sayEgress({ host: 'a.example', ports: [22, 443], private: true }),
    'a.example:22,443 (in your own network)',
  )
  assert.match(
    saySecretAges({ warn_days: 80, max_days: 90, at_max: 'refuse' }) ?? '',
    /80 days.+90 days.+no longer used/,
  )
  assert.equal(saySecretAges({}), null)
})

test('a secret is sent with its hosts alone, and not before it is whole', () => {
  const form = { ...EMPTY_SECRET, name: 'API_TOKEN', hosts: 'API.example.org, *.example.org\napi.example.org' }
  assert.deepEqual(readHosts(form.hosts), ['api.example.org', '*.example.org'])
  assert.equal(secretProblem(form, 'x'), null)
  assert.match(secretProblem({ ...form, name: '1' }, 'x') ?? '', /begins with a letter/)
  assert.match(secretProblem(form, '') ?? '', /missing/)
  assert.match(secretProblem({ ...form, hosts: ' ' }, 'x') ?? '', /at least one host/)
  assert.match(secretProblem({ ...form, hosts: 'https://a.example/x' }, 'x') ?? '', /no host name/)
  const hosts = ['api.example.org', '*.example.org']
  assert.deepEqual(secretToSend(form, 'x'), { value: 'x', hosts, owner: null })
  const labels = (owner: string | null) => ownersToChoose({ ...form, owner }, 'ada').map(({ label }) => label)
  assert.deepEqual(labels('ada'), ['everybody’s work', 'my work only'])
  assert.deepEqual(labels('bob').at(-1), 'the work of bob')
})

test('what is known of a secret, in words', () => {
  assert.equal(sayState({ state: 'due', age_days: 84 }).text, 'due for a new value, 84 days old')
  assert.equal(sayState({ state: 'fresh', age_days: 0 }).text, 'fresh, new today')
  assert.equal(sayWhereItLives({ source: 'vault', name: 'A' }), null)
  assert.match(sayWhereItLives({ source: 'environment', name: 'A' }) ?? '', /environment \(A\)/)
  assert.equal(sayForWhom({ owner: 'ada' }, 'ada'), 'for your work')
})

test('a token carries what was ticked, in one order, for as long as was said', () => {
  const form = { ...EMPTY_TOKEN, scopes: toggled(toggled(EMPTY_TOKEN.scopes, 'admin'), 'tasks:write'), hours: '0.5' }
  assert.deepEqual(tokenToSend({ ...form, label: ' ci ' }), {
    scopes: ['tasks:read', 'admin'],
    ttl_seconds: 1_800,
    label: 'ci',
  })
  assert.equal(tokenProblem(form), null)
  assert.match(tokenProblem({ ...form, hours: 'soon' }) ?? '', /how many hours/)
  assert.match(tokenProblem({ ...form, scopes: [] }) ?? '', /at least one/)
  assert.equal(sayScopes(['tasks:read']), 'see tasks')
})

test('credentials: this one first, then what still opens something, and readable names', () => {
  const now = Date.parse('2026-03-02T09:00:00Z')
  const credential = (id: string, more: Partial<WireCredential>): WireCredential => ({
    id,
    kind: 'token',
    user_id: 'owner',
    role: 'owner',
    scopes: [],
    label: '',
    issued_by: 'owner',
    issued_at: '2026-03-01T00:00:00Z',
    expires_at: '2026-03-03T00:00:00Z',
    revoked_at: null,
    current: false,
    ...more,
  })
  const listed = inOrder(
    [
      credential('ended', { expires_at: '2026-03-02T00:00:00Z' }),
      credential('live', {}),
      credential('newer', { issued_at: '2026-03-02T00:00:00Z' }),
      credential('mine', { current: true, issued_at: '2026-02-01T00:00:00Z' }),
    ],
    now,
  )
  assert.deepEqual(
    listed.map(({ id }) => id),
    ['mine', 'newer', 'live', 'ended'],
  )
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'
  assert.equal(sayLabel({ kind: 'session', label: agent }), 'Chrome on Linux')
  assert.equal(sayLabel({ kind: 'session', label: 'Mozilla/5.0 (strange)' }), 'a browser on an unknown system')
  assert.equal(sayLabel({ kind: 'token', label: agent }), agent)
  assert.equal(sayLabel({ kind: 'token', label: '' }), 'a token')
})

test('only owners who may administer do', () => {
  const session: WireSession = { user_id: 'o', role: 'owner', scopes: ['admin'], expires_at: '' }
  assert.equal(isAdmin(session), true)
  assert.equal(isAdmin({ ...session, role: 'member' }), false)
  assert.equal(isAdmin({ ...session, scopes: ['tasks:read'] }), false)
  assert.equal(isAdmin(null), false)
})

test('what a stop stopped', () => {
  const report: WireStopped = {
    paused: true,
    stopped: [{ task_id: 't', input_text: 'x' }],
    previews_closed: 0,
    sandboxes_killed: 2,
    kill_ms: 140,
    problems: [],
  }
  assert.equal(sayStopped(report), '1 task stopped, 2 sandboxes ended in 140 ms, 0 previews closed')
})
