// The web console's built files, and its page for every address that is the console's own to route.
import { readFile } from 'node:fs/promises'
import { extname, join, normalize, resolve, sep } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.map': 'application/json',
}

export type ConsoleFiles = {
  /** The file under this path, or null. */
  readonly file: (pathname: string) => Promise<Response | null>
  /** The console's page, or null when the console isn't built. */
  readonly page: () => Promise<Response | null>
}

/** `frames` is where previews are, as the page's content security policy names it. */
export function createConsoleFiles(directory: string | null, frames: string): ConsoleFiles {
  const root = directory === null ? null : resolve(directory)
  const policy = [
    "default-src 'self'",
    "img-src 'self' data:",
    // Of our own only the report lets itself be framed.
    `frame-src 'self' ${frames}`,
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

  async function read(path: string): Promise<Response | null> {
    const type = TYPES[extname(path)]
    if (root === null || type === undefined || !path.startsWith(root + sep)) return null
    const bytes = await readOrNull(path)
    if (bytes === null) return null
    // Built files carry a digest of their content in their names.
    const hashed = path.startsWith(join(root, 'assets') + sep)
    return new Response(new Uint8Array(bytes), {
      headers: {
        'content-type': type,
        'content-length': String(bytes.byteLength),
        'content-security-policy': policy,
        'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    })
  }

  return {
    file: async (pathname) => {
      const path = decoded(pathname)
      if (root === null || path === null || path.includes('\0')) return null
      return read(join(root, normalize(path)))
    },
    page: async () => (root === null ? null : read(join(root, 'index.html'))),
  }
}

function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname)
  } catch {
    return null
  }
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ENAMETOOLONG') return null
    throw error
  }
}
