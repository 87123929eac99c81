// Every operation that the OpenAPI document names, with inputs of all kinds, from people of all kinds and from those who only pretend:
// nothing breaks, nobody hears of what is another's, and no answer tells how it is made.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { z } from 'zod'
import { openApiDocument } from '../../src/adapters/http/openapi.ts'
import { pathsOf } from '../../src/adapters/http/operations.ts'
import { signToken } from '../../src/adapters/http/tokens.ts'
import { approvalRequest } from '../../src/core/task/accept-request.ts'
import type { CredentialId, TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import { SCOPES } from '../../src/core/vocabulary/principal.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import { ADA, KEYS, openWorld, OWNER } from '../integration/http-world.ts'
import type { World } from '../integration/http-world.ts'
import { createRandom } from '../simulation/random.ts'
import type { Random } from '../simulation/random.ts'
import { bodyText, hostileSegment, hostileValue, readOperations, valueFor } from './api-input.ts'
import type { FuzzedOperation } from './api-input.ts'

const SEED = 20_261_121
const ROUNDS = 40
const CANARY = 'canary-8c1f0e'
const NOBODYS = '01900000-0000-7000-8000-000000000000'
const MALLORY: Principal = { ...ADA, userId: 'mallory' as UserId }
const GUEST: Principal = { userId: 'guest' as UserId, role: 'guest', scopes: ['tasks:read'] }
/** What a stack, a path of this machine or a raw error of a library looks like. */
const INSIDE =
  /\.(?:ts|js|mjs):\d+|node_modules|node:internal|file:\/\/|\bat (?:async )?\w+[\w.]* \(|TypeError|ZodError|SyntaxError|\/src\/adapters/

const withId = z.object({ id: z.string() })
const problemSchema = z.looseObject({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number(),
  code: z.string().regex(/^[a-z_]+$/),
  detail: z.string().min(1),
})

type Sent = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer | null
}
type Got = { readonly status: number; readonly type: string; readonly text: string }

const { operations, schemas } = readOperations(openApiDocument('0'))

test('strangers with no, revoked, expired and forged credentials get into nothing', async (t) => {
  const { world, ids } = await plantedWorld(t)
  const random = createRandom(SEED)
  const credentials = await worthless(world)
  const send = sender(t, world)
  for (const it of operations.filter(({ isOpen }) => !isOpen))
    for (const [name, headers] of Object.entries(credentials)) {
      const sent = requestFor(random, it, ids)
      const got = await send({ ...sent, headers: { ...sent.headers, ...headers } })
      const where = `${name}: ${sent.method} ${sent.path.slice(0, 200)}`
      // An address that leads nowhere is told so to anybody.
      assert.ok(
        [401, 404, 405, 400, 431].includes(got.status),
        `${where} answered ${got.status} ${got.text.slice(0, 300)}`,
      )
      check(got, it, where)
    }
  await assertUntouched(world, ids)
})

for (const [name, principal] of [
  ['a guest', GUEST],
  ['a member', MALLORY],
] as const)
  test(`${name} breaks nothing and learns nothing of others, whatever they send`, async (t) => {
    const { world, ids } = await plantedWorld(t)
    const random = createRandom(SEED + name.length)
    const authorization = `Bearer ${await world.tokenOf(principal)}`
    const send = sender(t, world)
    let through = 0
    for (let round = 0; round < ROUNDS; round += 1)
      for (const it of operations) {
        const sent = requestFor(random, it, ids)
        const got = await send({ ...sent, headers: { ...sent.headers, authorization } })
        check(got, it, `seed ${SEED}, round ${round}: ${sent.method} ${sent.path.slice(0, 200)} ${describe(sent)}`)
        if (got.status < 300) through += 1
      }
    // The generator is no good where it gets nothing right.
    assert.ok(through > ROUNDS * 5, `${through} requests were taken`)
    await assertUntouched(world, ids)
  })

test('an owner with a broken client breaks nothing either', async (t) => {
  const { world, ids } = await plantedWorld(t)
  const random = createRandom(SEED * 2)
  const send = sender(t, world)
  for (let round = 0; round < ROUNDS; round += 1)
    for (const it of operations) {
      // Whatever this one revoked, the next is signed in again.
      const { token } = await world.credentialOf(OWNER)
      const sent = requestFor(random, it, ids)
      const got = await send({ ...sent, headers: { ...sent.headers, authorization: `Bearer ${token}` } })
      check(got, it, `seed ${SEED}, round ${round}: ${sent.method} ${sent.path.slice(0, 200)} ${describe(sent)}`, true)
    }
})

/** A world in which Ada and the owner keep things that are nobody else's, each with the canary in it. */
async function plantedWorld(t: TestContext) {
  const world = await openWorld(t)
  const ids: string[] = [NOBODYS, 'not-an-id', ADA.userId, OWNER.userId]
  const made = async (response: Response) => {
    assert.ok(response.status < 300, `${response.url} ${await response.clone().text()}`)
    const { id } = withId.parse(await response.json())
    ids.push(id)
    return id
  }
  let task = ''
  for (const who of [OWNER, ADA]) {
    task = await made(await world.call(who, 'POST', '/v1/tasks', { input_text: `make a page ${CANARY}` }))
    const thread = await made(await world.call(who, 'POST', '/v1/threads', {}))
    const upload = await fetch(`${world.url}/v1/threads/${thread}/artifacts?name=${CANARY}.txt`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await world.tokenOf(who)}`, 'content-type': 'text/plain' },
      body: CANARY,
    })
    const file = await made(upload)
    await world.call(who, 'POST', `/v1/threads/${thread}/messages`, { text: `${CANARY}?`, artifact_ids: [file] })
    await made(await world.call(who, 'POST', '/v1/memory/facts', { text: CANARY }))
    await world.call(who, 'PUT', '/v1/memory/files', { scope: 'me', name: 'MEMORY.md', text: CANARY })
    await made(await world.call(who, 'POST', '/v1/knowledge', { title: CANARY, text: CANARY, scope: 'me' }))
    const { credential } = await world.credentialOf(who)
    await world.deps.credentials.add({ ...credential, id: world.deps.ids.next<CredentialId>(), label: CANARY })
    ids.push(credential.id)
  }
  const { append } = await world.claimed(task as TaskId)
  const routing = {
    intent: 'command',
    task_type: 'dev_pipeline',
    confidence: 1,
    summary: CANARY,
    plan: CANARY,
  } as const
  await append({
    type: 'task.routed',
    data: { ...routing, needs_confirmation: true, command: null, ask: null, source: null },
  })
  const expiresAt = new Date(Date.now() + 600_000)
  await append(approvalRequest(world.deps.ids, { kind: 'plan', subject: CANARY, expiresAt, estimate: null }))
  return { world, ids: ids as [string, ...string[]] }
}

/** What does not open anything, by what is wrong with it. */
async function worthless(world: World): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const { deps } = world
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  const wanted = { key: KEYS.current, principal: { ...OWNER, scopes: SCOPES }, ttlSeconds: 600, now: new Date() }
  const signed = (changes: object) => signToken({ ...wanted, id: deps.ids.next<CredentialId>(), ...changes })
  const revoked = await world.credentialOf(OWNER)
  await deps.credentials.revoke(revoked.credential.id, OWNER.userId, new Date())
  const good = await world.credentialOf(ADA)
  const [header = '', payload = '', signature = ''] = good.token.split('.')
  const session = await world.credentialOf(ADA, { kind: 'session' })
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    ...JSON.parse(Buffer.from(payload, 'base64url').toString()),
    sub: 'owner',
    role: 'owner',
    scopes: SCOPES,
  }
  const confused = `${part({ alg: 'HS512', typ: 'JWT', kid: KEYS.current.id })}.${part(claims)}`
  const id = good.credential.id
  return {
    nobody: {},
    revoked: bearer(revoked.token),
    'not on record': bearer(await signed({})),
    "with somebody else's record": bearer(await signed({ id })),
    expired: bearer(await signed({ now: new Date(Date.now() - 3_600_000) })),
    'signed with another key': bearer(
      await signed({ key: { ...KEYS.current, secret: 'not the secret of this server' } }),
    ),
    'of an unknown key': bearer(await signed({ key: { id: '../../etc/passwd', secret: KEYS.current.secret } })),
    unsigned: bearer(`${part({ alg: 'none' })}.${part(claims)}.AA`),
    'with a swapped payload': bearer(`${header}.${part(claims)}.${signature}`),
    'with another algorithm': bearer(
      `${confused}.${createHmac('sha512', KEYS.current.secret).update(confused).digest('base64url')}`,
    ),
    'a session as a token': bearer(session.token),
    'a token as a session': { cookie: `factotum_session=${good.token}`, origin: world.url },
    'a login token': bearer('x'.repeat(26)),
    'as a basic password': { authorization: `Basic ${Buffer.from(`owner:${good.token}`).toString('base64')}` },
  }
}

function requestFor(random: Random, it: FuzzedOperation, ids: readonly [string, ...string[]]): Sent {
  const known = { schemas, ids }
  const paths = pathsOf(it.path)
  const template = random.chance(0.8) ? it.path : (paths[random.between(0, paths.length - 1)] ?? it.path)
  const path = template.replaceAll(/\{\w+\}/g, () =>
    random.chance(0.8) ? encodeURIComponent(random.pick(ids)) : hostileSegment(random),
  )
  const query = new URLSearchParams()
  for (const { name, schema } of it.query)
    if (random.chance(0.7)) {
      const value = random.chance(0.8) ? valueFor(random, schema, known) : hostileValue(random)
      query.append(name, asText(value).slice(0, 3_000))
    }
  if (random.chance(0.1)) query.append(random.chance(0.5) ? '__proto__' : 'role', 'owner')
  const where = query.size === 0 ? path : `${path}?${query}`
  if (it.raw.length > 0 && random.chance(0.9)) {
    const type = random.chance(0.5) ? 'text/plain' : `${it.raw[random.between(0, it.raw.length - 1)]}; boundary=x`
    const form =
      '--x\r\ncontent-disposition: form-data; name="f"; filename="../../a\u0000.txt"\r\n\r\nhello\r\n--x--\r\n'
    const body = Buffer.from(random.chance(0.3) ? form : asText(hostileValue(random)))
    return { method: it.method, path: where, headers: { 'content-type': type }, body }
  }
  if (it.body === null) return { method: it.method, path: where, headers: {}, body: null }
  const type = random.chance(0.95) ? 'application/json' : random.pick(['text/plain', 'application/xml', 'x'])
  const body = bodyText(random, valueFor(random, it.body, known))
  return { method: it.method, path: where, headers: { 'content-type': type }, body }
}

/** Not `String(value)`: values that name their own `toString` have none. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

/** One connection after the other, kept open: paths go out exactly as they are. */
function sender(t: TestContext, world: World): (sent: Sent) => Promise<Got> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  t.after(() => agent.destroy())
  const { hostname, port } = new URL(world.url)
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      const length: Record<string, number> = body === null ? {} : { 'content-length': Buffer.byteLength(body) }
      const asked = request({ hostname, port, agent, method, path, headers: { ...headers, ...length } }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text }),
        )
      })
      asked.on('error', (error: NodeJS.ErrnoException) => {
        // A body that nobody wants is cut off while it is still being sent.
        if (error.code === 'EPIPE' || error.code === 'ECONNRESET') resolve({ status: 413, type: '', text: '' })
        else reject(error)
      })
      asked.end(body ?? undefined)
    })
}

function check(got: Got, it: FuzzedOperation, where: string, mayReadAll = false): void {
  const told = `${where} -> ${got.status} ${got.text.slice(0, 400)}`
  if (!mayReadAll) assert.ok(!got.text.includes(CANARY), `what is another's was given out: ${told}`)
  assert.doesNotMatch(got.text, INSIDE, told)
  if (got.status < 400) return assert.ok(it.good.includes(got.status) || isElsewhere(where), `not documented: ${told}`)
  // Without a worker it is not ready, and says so.
  assert.ok(got.status < 500 || (it.id === 'ready' && got.status === 503) || it.path === '/readyz', told)
  if (got.text === '' && got.status === 413) return
  assert.equal(got.type, 'application/problem+json', told)
  const parsed = problemSchema.safeParse(JSON.parse(got.text))
  assert.ok(parsed.success && parsed.data.status === got.status, told)
}

/** Where an empty or dotted piece made it the address of another operation. */
function isElsewhere(where: string): boolean {
  return /\/(?:\.{1,2}|%2e%2e|)(?:[/? ]|$)/.test(where)
}

function describe({ body }: Sent): string {
  return body === null ? '' : body.toString().slice(0, 300)
}

async function assertUntouched(world: World, ids: readonly string[]): Promise<void> {
  const theirs = (userId: UserId) => userId === ADA.userId || userId === OWNER.userId
  const { items } = await world.deps.store.list({ userId: null, statuses: null, limit: 1_000, cursor: null })
  const planted = items.filter(({ userId }) => theirs(userId))
  assert.ok(planted.length >= 2 && planted.every(({ id, status }) => !ids.includes(id) || status !== 'aborted'))
  assert.equal(planted.filter(({ status }) => status === 'needs_approval').length, 1)
  const kept = await world.deps.credentials.list(ADA.userId)
  assert.ok(kept.some(({ label, revokedAt }) => label === CANARY && revokedAt === null))
  const said = [...world.records.messages.values()].flat().filter(({ text }) => text.includes(CANARY))
  assert.ok(said.length >= 4, `${said.length} messages are left`)
  const { paused } = await world.deps.queue.state()
  assert.equal(paused, false)
}
