// Hostile programs and careless hosts at a secret: what says its value in other words, and who asks without waiting for answers.
import assert from 'node:assert/strict'
import type http from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import type { SandboxSecret } from '../../src/core/ports/sandbox.ts'
import { ask, connectThrough, egressWorld, secureServer, secureThrough } from '../integration/egress-world.ts'
import type { Answer, Asked, EgressWorld } from '../integration/egress-world.ts'

const VALUE = 'v4lue-of-the-K3Y/+=nobody&sees'
const PLACEHOLDER = 'factotum_placeholder_3f9c1a'
const OTHER = 'factotum_placeholder_77aa01'

const key = (more: Partial<SandboxSecret> = {}): SandboxSecret => ({
  name: 'KEY',
  placeholder: PLACEHOLDER,
  hosts: ['api.example'],
  valueFor: async () => VALUE,
  ...more,
})

const api = (t: TestContext, answer: http.RequestListener) => secureServer(t, answer)

async function askHost(world: EgressWorld, options: Asked = {}): Promise<Answer> {
  const { socket } = await connectThrough(world.socketPath, 'api.example:443')
  const secure = await secureThrough(socket, 'api.example', world.caCertificate ?? '')
  try {
    return await ask(secure, { path: '/', ...options, headers: { host: 'api.example', ...options.headers } })
  } finally {
    secure.destroy()
  }
}

test('pages of errors, other languages’ JSON, and names of headers don’t say it either', async (t) => {
  const html = VALUE.replaceAll('&', '&amp;').replaceAll('/', '&#x2F;').replaceAll('+', '&#43;')
  const said = [
    VALUE.replaceAll('&', '&amp;'),
    html,
    VALUE.replaceAll('/', String.raw`\/`),
    VALUE.replaceAll('&', String.raw`\u0026`),
    encodeURIComponent(VALUE).toLowerCase().replaceAll('v4lue-of-the-k3y', 'v4lue-of-the-K3Y'),
    Buffer.from(VALUE).toString('hex').toUpperCase(),
  ]
  const server = await api(t, (_, response) => {
    response.setHeader('v4lue-of-the-T0KEN', 'x')
    response.end(Buffer.concat([Buffer.from(said.join('\n')), Buffer.from(VALUE, 'utf16le')]))
  })
  const token = key({ name: 'TOKEN', placeholder: OTHER, valueFor: async () => 'v4lue-of-the-T0KEN' })
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [key(), token] })
  const { headers, body } = await askHost(world, {
    headers: { 'x-api-key': PLACEHOLDER, 'x-token': OTHER },
  })
  assert.ok(body.startsWith(`${PLACEHOLDER}\n`), body)
  assert.doesNotMatch(`${JSON.stringify(headers)} ${body.replaceAll('\0', '')}`, /v4lue|nobody|76346C7565/i)
})

test('a value that was replaced meanwhile is taken out as the new one is', async (t) => {
  const said: string[] = []
  const server = await api(t, (request, response) => {
    said.push(String(request.headers['x-api-key'] ?? ''))
    response.end(said.join(' '))
  })
  const values = ['the-f1rst-value', 'the-sec0nd-value']
  const secret = key({ valueFor: async () => values.shift() ?? null })
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [secret] })
  await askHost(world, { headers: { 'x-api-key': PLACEHOLDER } })
  const { body } = await askHost(world, { headers: { 'x-api-key': PLACEHOLDER } })
  assert.equal(body, `${PLACEHOLDER} ${PLACEHOLDER}`)
})

test('requests that are sent ahead without end are not all taken', async (t) => {
  let asked = 0
  const server = await api(t, () => undefined)
  const secret = key({
    valueFor: async () => {
      asked += 1
      return VALUE
    },
  })
  const world = await egressWorld(t, { internet: { 443: server }, secrets: [secret] })
  const { socket } = await connectThrough(world.socketPath, 'api.example:443')
  const secure = await secureThrough(socket, 'api.example', world.caCertificate ?? '')
  const request = `GET / HTTP/1.1\r\nHost: api.example\r\nx-api-key: ${PLACEHOLDER}\r\n\r\n`
  secure.on('error', () => undefined)
  secure.write(request.repeat(5_000))
  await new Promise((resolve) => secure.resume().once('close', resolve))
  assert.ok(asked <= 64, String(asked))
  assert.equal((await world.reported(1))[0]?.host, 'api.example')
})
