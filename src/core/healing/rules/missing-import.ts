// A module of the standard library that is used and not imported, where the error names it.
import type { FixSuggestion } from '../../vocabulary/healing.ts'
import type { Rule, RuleView } from '../rule.ts'
import { lineFix, saidBy } from '../rule.ts'

const PYTHON_MODULES = new Set([
  ...'os sys re json math time random datetime collections itertools functools pathlib string subprocess'.split(' '),
  ...'hashlib base64 csv io copy uuid shutil tempfile threading logging urllib socket struct glob decimal'.split(' '),
  ...'statistics operator typing asyncio contextlib enum heapq bisect textwrap traceback unicodedata zlib'.split(' '),
])
const NODE_MODULES = new Set(['fs', 'path', 'os', 'util', 'url', 'zlib', 'http', 'https', 'readline', 'assert'])
/** Names that one module of Node has and that are its own beyond doubt. */
const NODE_NAMES: Readonly<Record<string, string>> = {
  readFileSync: 'fs',
  writeFileSync: 'fs',
  existsSync: 'fs',
  mkdirSync: 'fs',
  readdirSync: 'fs',
  statSync: 'fs',
  rmSync: 'fs',
  createReadStream: 'fs',
  createWriteStream: 'fs',
  fileURLToPath: 'url',
  pathToFileURL: 'url',
  createHash: 'crypto',
  createHmac: 'crypto',
  randomBytes: 'crypto',
  EventEmitter: 'events',
  promisify: 'util',
  execFileSync: 'child_process',
  execSync: 'child_process',
  spawnSync: 'child_process',
  gzipSync: 'zlib',
  gunzipSync: 'zlib',
}

export const missingImport: Rule = {
  name: 'missing import',
  diagnose: async (view) => {
    const said = saidBy(view.failed)
    for (const [, name = ''] of said.matchAll(/NameError: name '(\w+)' is not defined/g)) {
      if (!PYTHON_MODULES.has(name)) continue
      const fixes = await pythonFixes(view, said, name)
      if (fixes.length > 0) return { cause: `The module ${name} is used and not imported.`, fixes, commands: [] }
    }
    for (const [, name = ''] of said.matchAll(/ReferenceError: (\w+) is not defined/g)) {
      const fixes = await nodeFixes(view, said, name)
      if (fixes.length > 0) return { cause: `${name} of Node is used and not imported.`, fixes, commands: [] }
    }
    return null
  },
}

/** Files of the project that the output names and that use it as a module. */
async function pythonFixes({ paths, read }: RuleView, said: string, name: string): Promise<readonly FixSuggestion[]> {
  const fixes: FixSuggestion[] = []
  for (const path of paths.filter((one) => one.endsWith('.py') && said.includes(one))) {
    const text = await read(path)
    if (text === null || !new RegExp(`(?<![\\w.])${name}\\.\\w`).test(text)) continue
    if (
      new RegExp(`^\\s*(?:import\\b.*\\b${name}\\b|from\\b.*\\bimport\\b.*\\b${name}\\b|${name}\\s*[:=])`, 'm').test(
        text,
      )
    )
      continue
    if (new RegExp(`\\b(?:def \\w+\\([^)]*\\b${name}\\b|for ${name} in|as ${name}\\b)`).test(text)) continue
    fixes.push(...atTop(path, text, `import ${name}`, pythonTop))
  }
  return fixes
}

async function nodeFixes({ paths, read }: RuleView, said: string, name: string): Promise<readonly FixSuggestion[]> {
  const own = NODE_NAMES[name]
  const module = own ?? (NODE_MODULES.has(name) ? name : undefined)
  if (module === undefined) return []
  const manifest = await read('package.json')
  const isModule = manifest !== null && /"type"\s*:\s*"module"/.test(manifest)
  const fixes: FixSuggestion[] = []
  for (const path of paths.filter((one) => /\.[cm]?[jt]s$/.test(one) && said.includes(one))) {
    const text = await read(path)
    const used =
      own === undefined ? `(?<![\\w.])${name}\\.\\w` : `(?<![\\w.])${name}\\s*\\(|new ${name}\\b|extends ${name}\\b`
    if (text === null || !new RegExp(used).test(text)) continue
    if (new RegExp(`\\b(?:import|const|let|var|function|class)\\b[^=;\\n(]*\\b${name}\\b`).test(text)) continue
    const isEsm =
      /\.m[jt]s$/.test(path) || /^\s*(?:import\s|export\s)/m.test(text) || (isModule && !/\brequire\(/.test(text))
    if (/\.c[jt]s$/.test(path) && isEsm) continue
    const what = own === undefined ? name : `{ ${name} }`
    const line = isEsm ? `import ${what} from 'node:${module}'` : `const ${what} = require('node:${module}')`
    fixes.push(...atTop(path, text, line, nodeTop))
  }
  return fixes
}

/** One fix that puts a line above the first one of the code. */
function atTop(
  path: string,
  text: string,
  added: string,
  top: (lines: readonly string[]) => number,
): readonly FixSuggestion[] {
  const lines = text.split(/\r?\n/)
  const at = top(lines)
  const line = lines[at]
  if (line === undefined || line.trim() === '') return []
  return [lineFix(path, at + 1, line, `${added}\n${line}`, `${added} was missing`)]
}

/** Below what has to stand first: a shebang, an encoding, a docstring, imports from the future. */
function pythonTop(lines: readonly string[]): number {
  let at = 0
  const blank = () => {
    while (/^\s*(?:#.*)?$/.test(lines[at] ?? 'x')) at += 1
  }
  blank()
  const [, quotes] = /^[rRuU]?("""|''')/.exec(lines[at] ?? '') ?? []
  if (quotes !== undefined) {
    if (lines[at]?.indexOf(quotes, 4) === -1 || lines[at] === quotes) {
      at += 1
      while (at < lines.length && lines[at]?.includes(quotes) !== true) at += 1
    }
    at += 1
    blank()
  }
  while (lines[at]?.startsWith('from __future__ ') === true) {
    at += 1
    blank()
  }
  return at
}

function nodeTop(lines: readonly string[]): number {
  let at = 0
  while (/^\s*(?:#!.*|\/\/.*|['"]use strict['"];?)?$/.test(lines[at] ?? 'x')) at += 1
  return at
}
