// Small checks of the platform's own, for workspaces that bring none: run inside the sandbox by node or python3.

/** A command that runs `script` in node without any quoting trouble. */
function nodeScript(script: string): string {
  return `node --input-type=module -e "$(cat <<'SCRIPT'\n${script}\nSCRIPT\n)"`
}

const WALK = `
import { readdirSync, readFileSync, existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
const skip = new Set(['node_modules', '.git', '.venv', 'dist', 'coverage'])
const walk = (dir) => readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
  e.isDirectory() ? (skip.has(e.name) ? [] : walk(join(dir, e.name))) : [join(dir, e.name)])
let bad = 0
const complain = (line) => { bad += 1; if (bad <= 50) console.log(line) }`

/** Every local href and src of every page leads to a file. */
export const LINK_CHECK = nodeScript(`${WALK}
const pages = walk('.').filter((f) => /\\.html?$/.test(f))
let links = 0
for (const page of pages) {
  const html = readFileSync(page, 'utf8').replace(/<!--[\\s\\S]*?-->/g, '').replace(/<script\\b[^>]*>[\\s\\S]*?<\\/script>/gi, (s) => s.slice(0, s.indexOf('>') + 1))
  for (const [, , target] of html.matchAll(/\\s(?:href|src)\\s*=\\s*(["'])(.*?)\\1/gi)) {
    if (target === '' || target.startsWith('#') || target.startsWith('//') || /[{}<$]/.test(target) || /^[a-z][a-z0-9+.-]*:/i.test(target)) continue
    links += 1
    let path
    try { path = decodeURIComponent(target.split(/[?#]/)[0]) } catch { complain(page + ': malformed link ' + target); continue }
    if (path === '') continue
    const roots = path.startsWith('/') ? ['.', 'public', 'static', 'src', dirname(page)] : [dirname(page)]
    const found = roots.some((root) => ['', 'index.html', '.html'].some((end) => existsSync(normalize(join(root, path + (end === 'index.html' ? '/' : '') + end)))))
    const served = path.startsWith('/') && !/\\.[a-z0-9]+$/i.test(path)
    if (!found && !served) complain(page + ': ' + target + ' leads nowhere')
  }
}
console.log(links + ' local links on ' + pages.length + ' pages, ' + bad + ' broken')
process.exit(bad === 0 ? 0 : 1)`)

export const NODE_SYNTAX_CHECK = nodeScript(`${WALK}
import { spawnSync } from 'node:child_process'
const files = walk('.').filter((f) => /\\.[cm]?js$/.test(f)).slice(0, 100)
for (const file of files) {
  const run = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' })
  if (run.status !== 0) complain(file + '\\n' + run.stderr)
}
console.log(files.length + ' files, ' + bad + ' with syntax errors')
process.exit(bad === 0 ? 0 : 1)`)

export const PYTHON_SYNTAX_CHECK = `python3 - <<'SCRIPT'
import ast, pathlib, sys
bad = 0
files = [p for p in pathlib.Path('.').rglob('*.py') if not {'.venv', 'node_modules', '.git'} & set(p.parts)]
for path in files:
    try:
        ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        bad += 1
        print(f'{path}: {error}')
print(f'{len(files)} files, {bad} with syntax errors')
sys.exit(1 if bad else 0)
SCRIPT`

/** Exits 0 when the page behind the port answers with anything but a server error. */
export function pageCheck(port: number): string {
  return nodeScript(`
const response = await fetch('http://127.0.0.1:${port}/', { signal: AbortSignal.timeout(10000) })
const body = await response.text()
console.log('GET / answered ' + response.status + ', ' + body.length + ' characters')
process.exit(response.status < 500 ? 0 : 1)`)
}
