// Which address leads to what, and what holds for every answer.
import { readFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { LONGEST_NOTE, messagePage, notesPage } from './pages.js'

const MOST_BYTES = 16_384
const PUBLIC = new URL('../public/', import.meta.url)
const PUBLIC_FILES = {
  '/styles.css': 'text/css; charset=utf-8',
  '/icon.svg': 'image/svg+xml',
}
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'",
  'referrer-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** Something the caller did wrong, in a sentence for people. */
class RequestError extends Error {
  constructor(status, heading, message) {
    super(message)
    this.status = status
    this.heading = heading
  }
}

export function createServer({ notes, log = console }) {
  return createHttpServer(async (request, response) => {
    try {
      const { status = 200, headers, body } = await answer(request, notes)
      response.writeHead(status, { ...HEADERS, 'content-type': 'text/html; charset=utf-8', ...headers })
      response.end(request.method === 'HEAD' ? undefined : body)
    } catch (error) {
      const known = error instanceof RequestError
      if (!known) log.error(error)
      const { status, heading, message } = known ? error : new RequestError(500, 'Something broke', 'Try again later.')
      response.writeHead(status, { ...HEADERS, 'content-type': 'text/html; charset=utf-8', connection: 'close' })
      response.end(String(messagePage(heading, message)))
    }
  })
}

async function answer(request, notes) {
  const path = pathOf(request.url)
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const deleted = /^\/notes\/(\d{1,15})\/delete$/.exec(path)
  if (path === '/healthz' && method === 'GET') {
    notes.list(1)
    return { headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok\n' }
  }
  if (path === '/' && method === 'GET') return show(notes)
  if (path === '/notes' && method === 'POST') return addNote(request, notes)
  if (deleted !== null && method === 'POST') {
    refuseFromElsewhere(request)
    notes.remove(Number(deleted[1]))
    return seeOther('/')
  }
  if (Object.hasOwn(PUBLIC_FILES, path) && method === 'GET') {
    const headers = { 'content-type': PUBLIC_FILES[path], 'cache-control': 'max-age=300' }
    return { headers, body: await readFile(new URL(`.${path}`, PUBLIC)) }
  }
  throw new RequestError(404, 'There is nothing here', 'The address may be old or mistyped.')
}

async function addNote(request, notes) {
  refuseFromElsewhere(request)
  const text = (new URLSearchParams(await readText(request)).get('text') ?? '').trim()
  const problem =
    text === '' ? 'Write something first.' : text.length > LONGEST_NOTE ? `At most ${LONGEST_NOTE} characters.` : null
  if (problem !== null) return show(notes, { status: 422, text, problem })
  notes.add(text)
  return seeOther('/')
}

function show(notes, { status = 200, ...form } = {}) {
  return { status, headers: { 'cache-control': 'no-store' }, body: String(notesPage({ notes: notes.list(), ...form })) }
}

function seeOther(location) {
  return { status: 303, headers: { location } }
}

function pathOf(url) {
  if (!URL.canParse(url, 'http://app')) throw new RequestError(400, 'That is no address', 'It can not be read.')
  return new URL(url, 'http://app').pathname
}

/** Another site's page must not act in the name of whoever is looking at it. */
function refuseFromElsewhere({ headers }) {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new RequestError(403, 'Not from here', 'This can only be done from the pages of this site.')
}

async function readText(request) {
  const parts = []
  let bytes = 0
  for await (const part of request) {
    bytes += part.length
    if (bytes > MOST_BYTES) throw new RequestError(413, 'That is too much', 'Send less at once.')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
