// A server of static files: clean addresses, the right types, nothing outside its folder.
import { createServer as createHttpServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.xml': 'application/xml',
}

/** `folder` is a file URL that ends in a slash. */
export function createServer(folder) {
  return createHttpServer(async (request, response) => {
    try {
      const { status, type, body } = await answer(folder, request)
      response.writeHead(status, { 'content-type': type, 'x-content-type-options': 'nosniff' })
      response.end(request.method === 'HEAD' ? undefined : body)
    } catch (error) {
      console.error(error)
      response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end('Something broke here.\n')
    }
  })
}

async function answer(folder, { method, url }) {
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, type: TYPES['.txt'], body: 'Only GET and HEAD.\n' }
  const path = pathOf(url)
  if (path === '/healthz') return { status: 200, type: TYPES['.txt'], body: 'ok\n' }
  for (const candidate of candidates(path)) {
    const body = await read(new URL(`.${candidate}`, folder), folder)
    if (body !== null) return { status: 200, type: TYPES[extname(candidate)] ?? 'application/octet-stream', body }
  }
  return { status: 404, type: TYPES['.html'], body: (await read(new URL('404.html', folder), folder)) ?? 'Not found\n' }
}

/** Null where it is no path at all, so that nothing is found there. */
function pathOf(url) {
  return URL.canParse(url, 'http://site') ? new URL(url, 'http://site').pathname : null
}

function candidates(path) {
  if (path === null) return []
  if (path.endsWith('/')) return [`${path}index.html`]
  return extname(path) === '' ? [`${path}.html`, `${path}/index.html`] : [path]
}

async function read(file, folder) {
  // An encoded slash would be a way out of the folder.
  if (!file.href.startsWith(folder.href) || /%(2f|5c|00)/i.test(file.href)) return null
  try {
    return await readFile(file)
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(error.code)) return null
    throw error
  }
}
