// Which files a fix may name: those of the project, by a plain relative path.

const LEFT_ALONE = new Set(['.git', 'node_modules', '.venv', 'venv', '__pycache__', '.hg', '.svn', 'site-packages'])
const LONGEST = 500

/** The path without a leading `./`; null where `problem` says why no fix may touch it. */
export function fixPath(given: string): { readonly path: string } | { readonly problem: string } {
  const path = given.replace(/^(?:\.\/)+/, '')
  if (path === '' || path.length > LONGEST) return { problem: 'that is no path' }
  if (/[\u0000-\u001f\u007f\\]/.test(path) || !path.isWellFormed()) return { problem: 'that is no plain path' }
  if (path.startsWith('/') || path.startsWith('~') || /^[A-Za-z]:/.test(path))
    return { problem: 'paths are relative to the workspace' }
  const parts = path.split('/')
  if (parts.includes('..')) return { problem: 'it lies outside of the workspace' }
  if (parts.includes('') || parts.includes('.')) return { problem: 'that is no plain path' }
  const closed = parts.find((part) => LEFT_ALONE.has(part.toLowerCase()))
  return closed === undefined ? { path } : { problem: `nothing in ${closed} is changed` }
}
