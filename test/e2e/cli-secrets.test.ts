// Secrets as a person keeps them, by the command line and over HTTP: afterwards their values are looked for everywhere.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { placeOfFile } from '../support/place-of-file.ts'
import { withoutPostgres } from '../support/postgres.ts'
import type { Ended } from '../support/factotum.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const { place, database } = placeOfFile()
const skip = withoutPostgres

const BY_CLI = 'canary Zq81vv by the command line, with blanks & "signs"'
const BY_HTTP = 'canary-Xw42kk-over-http/+='
/** The person's own copy of a folder is theirs: what is told of it is what is looked at. */
const OWN_FILES = 'workspaces'

function typeIn(words: readonly string[], input: string): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...words], { cwd: place.folder, env: { ...place.env } })
  const ended = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => (ended.stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (ended.stderr += chunk.toString()))
  child.stdin.end(input)
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...ended })))
}

test('a value is kept from stdin, listed without it, replaced and forgotten', { skip }, async () => {
  const kept = await typeIn(
    ['secret', 'set', 'API_KEY', '--host', 'API.Example.org', '--mine', '--json'],
    'one-value-1\n',
  )
  assert.equal(kept.code, 0, kept.stderr)
  const { name, hosts, owner, version, state } = JSON.parse(kept.stdout) as Record<string, unknown>
  assert.deepEqual(
    { name, hosts, owner, version, state },
    {
      name: 'API_KEY',
      hosts: ['api.example.org'],
      owner: 'owner',
      version: 1,
      state: 'fresh',
    },
  )
  const rotated = await typeIn(['secret', 'rotate', 'API_KEY'], 'two-value-2\n')
  assert.match(rotated.stdout, /version 2/)
  const keys = await place.run('secret', 'rotate-keys')
  assert.match(keys.stdout, /2 values were sealed anew/)
  const list = await place.run('secret', 'list')
  assert.match(list.stdout, /API_KEY +vault +fresh/)
  assert.match(list.stdout, /vault key +platform/)
  for (const { stdout, stderr } of [kept, rotated, keys, list]) assert.doesNotMatch(stdout + stderr, /-value-/)
  assert.equal((await place.run('secret', 'remove', 'API_KEY')).code, 0)
  assert.equal((await place.run('secret', 'remove', 'API_KEY')).code, 1)
})

test('the doctor says what is to be replaced, and where the key is', { skip }, async () => {
  const line = async () =>
    (await place.run('doctor')).stdout.split('\n').find((text) => text.includes(' secrets ')) ?? ''
  const [newest = ''] = (await readdir(join(place.dataDir, 'secrets')))
    .filter((name) => name.startsWith('vault'))
    .toSorted()
    .toReversed()
  const file = join(place.dataDir, 'secrets', newest)
  const before = await readFile(file, 'utf8')
  assert.match(await line(), /the vault's key is in a file \(.*; none is due to be replaced/)
  for (const [days, state] of [
    [80, 'due'],
    [91, 'overdue'],
  ] as const) {
    const madeAt = new Date(Date.now() - days * 86_400_000 - 60_000).toISOString()
    await writeFile(file, `${before.split('\n')[0]}\n${madeAt}\n`)
    assert.ok((await line()).includes(`vault key is ${days} days old (${state})`))
  }
  await writeFile(file, before)
})

test('what is wrong is said in one line, which repeats no value', { skip }, async () => {
  const cases: readonly (readonly [readonly string[], string, number])[] = [
    [['secret', 'set', 'TOKEN', 'given-value-1', '--host', 'a.example.org'], '', 2],
    [['secret', 'rotate', 'TOKEN', 'given-value-1'], '', 2],
    [['secret', 'set', 'given-value-1', '--host', 'a.example.org'], 'given-value-1', 2],
    [['secret', 'set', 'TOKEN', '--host', '*'], 'given-value-1', 2],
    [['secret', 'set', 'TOKEN'], 'given-value-1', 2],
    [['secret', 'set', 'TOKEN', '--host', 'a.example.org'], '', 2],
    [['secret', 'rotate', 'TOKEN'], 'given-value-1', 1],
  ]
  for (const [words, input, code] of cases) {
    const ended = await typeIn(words, input)
    assert.equal(ended.code, code, `${words.join(' ')}: ${ended.stderr}`)
    assert.doesNotMatch(ended.stdout + ended.stderr, /given-value-1/)
  }
})

test('after secrets were kept and work has met them, their values are nowhere', { skip }, async () => {
  const told: string[] = []
  const tell = (ended: Ended) => void told.push(ended.stdout, ended.stderr)
  tell(await typeIn(['secret', 'set', 'CLI_CANARY', '--host', 'a.example.org'], `${BY_CLI}\n`))
  const up = place.start('up')
  const [, url = ''] = await up.line(/^Factotum is up: (http:\/\/127\.0\.0\.1:\d+)/)
  const token = (await place.run('token', 'issue')).stdout.trim()
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    told.push(text, JSON.stringify([...response.headers]))
    return { status: response.status, text }
  }
  const put = { value: BY_HTTP, hosts: ['b.example.org'] }
  assert.equal((await ask('PUT', '/v1/secrets/HTTP_CANARY', put)).status, 201)
  assert.equal((await ask('PUT', '/v1/secrets/HTTP_CANARY', put)).status, 200)
  for (const wrong of [{ ...put, hosts: [] }, { ...put, hosts: [BY_HTTP] }, { ...put, hosts: 1 }, { value: [BY_HTTP] }])
    assert.equal((await ask('PUT', '/v1/secrets/HTTP_CANARY', wrong)).status, 400)
  assert.equal((await ask('GET', '/v1/secrets/HTTP_CANARY')).status >= 400, true)
  const listed = await ask('GET', '/v1/secrets')
  assert.match(listed.text, /CLI_CANARY/)
  assert.match(listed.text, /HTTP_CANARY/)

  // Said where people say such things.
  assert.equal((await ask('POST', '/v1/tasks', { input_text: `what is ${BY_HTTP} good for?` })).status, 201)
  const command = await ask('POST', '/v1/tasks', { input_text: `echo '${BY_HTTP}'`, task_type: 'shell_command' })
  assert.equal(command.status, 400)
  assert.match(command.text, /secret set/)

  // Printed by a program that found it in a file of the person's, as it is and encoded, and in one piece after another.
  const folder = join(place.folder, 'given')
  await mkdir(folder)
  await writeFile(join(folder, 'notes.txt'), `one ${BY_CLI}\ntwo ${BY_HTTP}\n`)
  const printing =
    'cat notes.txt; base64 -w0 notes.txt; echo; head -c 20 notes.txt; sleep 0.2; tail -c +21 notes.txt; cp notes.txt copy.txt'
  const printed = await place.run('run', '--shell', printing, '--workspace', folder, '--yes', '--json')
  tell(printed)
  // Where there is no sandbox nothing is printed; where there is one, the program met the values.
  if (printed.code === 0) assert.ok((printed.stdout.match(/\[secret removed\]/g) ?? []).length >= 4)
  else assert.match(printed.stderr + printed.stdout, /Nothing untrusted is run without a sandbox/)
  for (const path of ['/v1/tasks', '/v1/secrets', '/v1/audit', '/v1/threads', '/metrics', '/openapi.json'])
    await ask('GET', path)
  assert.equal((await ask('DELETE', '/v1/secrets/CLI_CANARY')).status, 204)
  up.child.kill('SIGTERM')
  tell(await up.ended)

  const canaries = [BY_CLI, BY_HTTP].flatMap((value) => [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
  ])
  const parts = [...canaries, 'Zq81vv', 'Xw42kk']
  const where = (name: string, text: string) =>
    parts.filter((part) => text.includes(part)).map((part) => `${part} in ${name}`)
  const found = [
    ...told.flatMap((text, index) => where(`answer ${index}: ${text.slice(0, 80)}`, text)),
    ...(await inDatabase(where)),
    ...(await inFiles(place.dataDir, where)),
  ]
  assert.deepEqual(found, [])
})

type Where = (name: string, text: string) => readonly string[]

async function inDatabase(where: Where): Promise<readonly string[]> {
  const { connection } = database()
  const client = new Client({ ...connection, host: connection.directory, password: '' })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      `select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
       where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`,
    )
    assert.ok(tables.rows.length > 20)
    const found: string[] = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ line: string }>(`select t::text as line from ${name} t`)
      for (const { line } of rows) found.push(...where(name, line))
    }
    return found
  } finally {
    await client.end()
  }
}

async function inFiles(folder: string, where: Where): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const found: string[] = []
  for (const file of files) {
    if (file.startsWith(join(folder, OWN_FILES))) continue
    found.push(...where(file, await readFile(file, 'latin1').catch(() => '')))
  }
  return found
}
