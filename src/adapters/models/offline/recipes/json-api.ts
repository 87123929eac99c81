// Recipe: a JSON API over one kind of thing, kept in memory, on Node's own http server.
import type { Project } from '../project.ts'
import { probeWithNode } from '../project.ts'

type Noun = { readonly one: string; readonly many: string }

export function jsonApi(request: string): Project {
  const noun = nounIn(request)
  return {
    summary: `A JSON API (Node, no dependencies) to create, read, change and delete ${noun.many}, kept in memory, with validation and tests.`,
    folder: `${noun.many}-api`,
    files: [
      { path: 'package.json', content: packageJson(noun) },
      { path: 'server.js', content: server(noun) },
      { path: 'store.js', content: store(noun) },
      { path: 'README.md', content: readme(noun) },
    ],
    tests: [{ path: 'test/api.test.js', content: tests(noun) }],
    verifyCommand: 'node --check server.js && node --check store.js',
    testCommand: 'npm test',
    serve: {
      command: (port) => `PORT=${port} node server.js`,
      probe: (port) => probeWithNode(port, `/${noun.many}`),
    },
    acceptance: {
      files: [
        `Create, list, read, change and delete ${noun.many} under /${noun.many}`,
        'Bad input is refused with a reason',
      ],
      tests: ['`npm test` passes'],
      serve: [`GET /${noun.many} answers 200`],
    },
  }
}

const NOT_A_NOUN = new Set(
  'a an the my our me some new small simple tiny basic minimal nice json rest restful http crud node nodejs js javascript api apis web service backend server with and tests test for to of that which in using create make build write generate develop implement complete full good working please sample example demo hello world list lists thing things item items data storing store managing manage manages handling keeping keep tracking track'.split(
    ' ',
  ),
)

/** The things that the API is about: `for notes`, `a todo API`, `to manage books`; `items` when none is named. */
function nounIn(request: string): Noun {
  const text = request.toLowerCase().replaceAll(/[^\p{L}\p{N}\s-]/gu, ' ')
  const after =
    /\b(?:for|of|manage|manages|managing|tracking|track|storing|store|handling|keeping|about)\s+((?:[\p{L}-]+\s*){1,5})/u
      .exec(text)?.[1]
      ?.split(/\s+/) ?? []
  const before =
    /((?:[\p{L}-]+\s+){1,4})(?:(?:json|rest|restful|http|crud)\s+)*apis?\b/u
      .exec(text)?.[1]
      ?.trim()
      .split(/\s+/)
      .toReversed() ?? []
  const word = [...after, ...before].find(
    (candidate) => candidate.length > 1 && !NOT_A_NOUN.has(candidate) && /^[a-z][a-z-]*$/.test(candidate),
  )
  return word === undefined ? { one: 'item', many: 'items' } : toNoun(word.replace(/-(?:list|item|entry)$/, ''))
}

function toNoun(word: string): Noun {
  if (/[^s]s$/.test(word) && !/(?:us|is)$/.test(word)) return { one: singular(word), many: word }
  return { one: word, many: plural(word) }
}

function singular(word: string): string {
  if (word.endsWith('ies') && word.length > 4) return `${word.slice(0, -3)}y`
  return /(?:sh|ch|x|ss|z)es$/.test(word) ? word.slice(0, -2) : word.slice(0, -1)
}

function plural(word: string): string {
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(?:s|sh|ch|x|z)$/.test(word) ? `${word}es` : `${word}s`
}

function packageJson({ many }: Noun): string {
  const content = {
    name: `${many}-api`,
    version: '1.0.0',
    private: true,
    type: 'module',
    scripts: { start: 'node server.js', test: 'node --test' },
    engines: { node: '>=20' },
  }
  return `${JSON.stringify(content, null, 2)}\n`
}

function store({ one, many }: Noun): string {
  return `// The ${many}, kept in memory: they are gone when the process ends.
import { randomUUID } from 'node:crypto'

export function createStore() {
  const ${variable(many)} = new Map()
  return {
    list: () => [...${variable(many)}.values()],
    get: (id) => ${variable(many)}.get(id) ?? null,
    add: ({ title, done = false }) => {
      const ${variable(one)} = { id: randomUUID(), title: title.trim(), done, created_at: new Date().toISOString() }
      ${variable(many)}.set(${variable(one)}.id, ${variable(one)})
      return ${variable(one)}
    },
    change: (id, { title, done }) => {
      const before = ${variable(many)}.get(id)
      if (before === undefined) return null
      const after = { ...before, title: title?.trim() ?? before.title, done: done ?? before.done }
      ${variable(many)}.set(id, after)
      return after
    },
    remove: (id) => ${variable(many)}.delete(id),
  }
}

/** What is wrong with the fields of a ${words(one)}, one sentence each; an empty list when nothing is. */
export function problemsOf(fields, { partial }) {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return ['The body must be a JSON object.']
  const problems = []
  const { title, done, ...unknown } = fields
  if (title === undefined && !partial) problems.push('title is missing.')
  if (title !== undefined && (typeof title !== 'string' || title.trim() === '')) problems.push('title must be a text that is not empty.')
  if (typeof title === 'string' && title.length > 200) problems.push('title must have at most 200 characters.')
  if (done !== undefined && typeof done !== 'boolean') problems.push('done must be true or false.')
  for (const name of Object.keys(unknown)) problems.push(\`\${name} is not a known field.\`)
  return problems
}
`
}

function server({ many }: Noun): string {
  return `// A JSON API for ${words(many)}: GET and POST /${many}, GET, PATCH and DELETE /${many}/ID.
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createStore, problemsOf } from './store.js'

const LARGEST_BODY = 100_000

export function createApp(store = createStore()) {
  return createServer((request, response) => {
    answer(store, request, response).catch((error) => {
      if (error instanceof BadRequest) return send(response, error.status, { error: error.message })
      console.error(error)
      send(response, 500, { error: 'Something went wrong.' })
    })
  })
}

class BadRequest extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

async function answer(store, request, response) {
  const path = (request.url ?? '/').split('?')[0]
  if (path === '/${many}') return await collection(store, request, response)
  const id = /^\\/${many}\\/([^/]+)$/.exec(path)?.[1]
  if (id !== undefined) return await single(store, id, request, response)
  send(response, 404, { error: 'Not found.' })
}

async function collection(store, request, response) {
  if (request.method === 'GET') return send(response, 200, store.list())
  if (request.method !== 'POST') return notAllowed(response, 'GET, POST')
  const fields = await readJson(request)
  const problems = problemsOf(fields, { partial: false })
  if (problems.length > 0) return send(response, 422, { error: 'Invalid fields.', problems })
  const added = store.add(fields)
  send(response, 201, added, { Location: \`/${many}/\${added.id}\` })
}

async function single(store, id, request, response) {
  if (!['GET', 'PATCH', 'DELETE'].includes(request.method)) return notAllowed(response, 'GET, PATCH, DELETE')
  if (store.get(id) === null) return send(response, 404, { error: 'Not found.' })
  if (request.method === 'GET') return send(response, 200, store.get(id))
  if (request.method === 'DELETE') {
    store.remove(id)
    response.writeHead(204).end()
    return
  }
  const fields = await readJson(request)
  const problems = problemsOf(fields, { partial: true })
  if (problems.length > 0) return send(response, 422, { error: 'Invalid fields.', problems })
  send(response, 200, store.change(id, fields))
}

async function readJson(request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > LARGEST_BODY) throw new BadRequest(413, 'The body is too large.')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new BadRequest(400, 'The body is not JSON.')
  }
}

function notAllowed(response, allowed) {
  send(response, 405, { error: 'Method not allowed.' }, { Allow: allowed })
}

function send(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store', ...headers })
  response.end(JSON.stringify(body))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.env.PORT ?? 8000)
  createApp().listen(port, '127.0.0.1', () => {
    console.log(\`Listening on http://127.0.0.1:\${port}/${many}\`)
  })
}
`
}

function tests({ one, many }: Noun): string {
  return `import assert from 'node:assert/strict'
import { once } from 'node:events'
import { afterEach, beforeEach, test } from 'node:test'
import { createApp } from '../server.js'

let server
let base = ''

beforeEach(async () => {
  server = createApp()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  base = \`http://127.0.0.1:\${server.address().port}\`
})

afterEach(() => {
  server.closeAllConnections()
  server.close()
})

async function call(method, path, body) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const response = await fetch(base + path, { method, ...(body === undefined ? {} : { body: text }) })
  const answer = await response.text()
  return { status: response.status, headers: response.headers, body: answer === '' ? null : JSON.parse(answer) }
}

test('there are no ${words(many)} at first', async () => {
  assert.deepEqual(await call('GET', '/${many}').then(({ status, body }) => [status, body]), [200, []])
})

test('a ${words(one)} is created, listed and read', async () => {
  const created = await call('POST', '/${many}', { title: '  First  ' })
  assert.equal(created.status, 201)
  assert.equal(created.body.title, 'First')
  assert.equal(created.body.done, false)
  assert.equal(created.headers.get('location'), \`/${many}/\${created.body.id}\`)
  assert.deepEqual((await call('GET', '/${many}')).body, [created.body])
  assert.deepEqual((await call('GET', \`/${many}/\${created.body.id}\`)).body, created.body)
})

test('a ${words(one)} is changed in part', async () => {
  const { body } = await call('POST', '/${many}', { title: 'First' })
  const changed = await call('PATCH', \`/${many}/\${body.id}\`, { done: true })
  assert.equal(changed.status, 200)
  assert.deepEqual(changed.body, { ...body, done: true })
  assert.deepEqual((await call('GET', \`/${many}/\${body.id}\`)).body, changed.body)
})

test('a ${words(one)} is deleted once', async () => {
  const { body } = await call('POST', '/${many}', { title: 'First' })
  assert.equal((await call('DELETE', \`/${many}/\${body.id}\`)).status, 204)
  assert.equal((await call('DELETE', \`/${many}/\${body.id}\`)).status, 404)
  assert.deepEqual((await call('GET', '/${many}')).body, [])
})

test('bad fields are refused with the reasons, and nothing is kept', async () => {
  for (const fields of [{}, { title: '' }, { title: 7 }, { title: 'x', done: 'yes' }, { title: 'x', colour: 'red' }, [], null, { title: 'x'.repeat(201) }]) {
    const { status, body } = await call('POST', '/${many}', fields)
    assert.equal(status, 422, JSON.stringify(fields))
    assert.ok(body.problems.length > 0)
  }
  assert.deepEqual((await call('GET', '/${many}')).body, [])
})

test('a change with bad fields changes nothing', async () => {
  const { body } = await call('POST', '/${many}', { title: 'First' })
  assert.equal((await call('PATCH', \`/${many}/\${body.id}\`, { title: '' })).status, 422)
  assert.deepEqual((await call('GET', \`/${many}/\${body.id}\`)).body, body)
})

test('a body that is not JSON is refused', async () => {
  assert.equal((await call('POST', '/${many}', '{"title":')).status, 400)
})

test('a body that is too large is refused', async () => {
  assert.equal((await call('POST', '/${many}', { title: 'x'.repeat(200_000) })).status, 413)
})

test('unknown ids and paths are not found', async () => {
  assert.equal((await call('GET', '/${many}/nobody')).status, 404)
  assert.equal((await call('PATCH', '/${many}/nobody', { title: 'x' })).status, 404)
  assert.equal((await call('GET', '/elsewhere')).status, 404)
})

test('other methods are refused, with the ones that are not', async () => {
  const answer = await call('PUT', '/${many}')
  assert.equal(answer.status, 405)
  assert.equal(answer.headers.get('allow'), 'GET, POST')
})
`
}

function readme({ one, many }: Noun): string {
  return `# A JSON API for ${words(many)}

Node 20 or newer, no dependencies. \`npm start\` serves it on http://127.0.0.1:8000 (another port: \`PORT=3000 npm start\`),
\`npm test\` runs the tests. The ${words(many)} are kept in memory.

| request | what it does |
|---|---|
| \`GET /${many}\` | lists all |
| \`POST /${many}\` | creates one from \`{"title": "…", "done": false}\` |
| \`GET /${many}/ID\` | reads one |
| \`PATCH /${many}/ID\` | changes its title, or whether it is done |
| \`DELETE /${many}/ID\` | deletes it |

A ${words(one)} is \`{"id", "title", "done", "created_at"}\`. Bad input is answered with 400 or 422 and the reasons.
`
}

function variable(word: string): string {
  const name = word.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return RESERVED.has(name) ? `${name}_` : name
}

const RESERVED = new Set([
  'class',
  'case',
  'new',
  'delete',
  'package',
  'import',
  'export',
  'default',
  'title',
  'done',
  'id',
  'before',
  'after',
])

function words(word: string): string {
  return word.replaceAll('-', ' ')
}
