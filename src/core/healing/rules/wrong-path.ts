// A file that is named with a wrong path, and that stands elsewhere in the project exactly once.
import type { FixSuggestion } from '../../vocabulary/healing.ts'
import type { Rule, RuleView } from '../rule.ts'
import { lineFix, saidBy } from '../rule.ts'

const CODE = /\.[cm]?[jt]sx?$/
/** The file that is missing, and who wanted it. */
const NODE_MISSING = /Cannot find module '([^'\n]+)'(?: imported from ([^\s'\n]+)|\nRequire stack:\n- ([^\s\n]+))/g
const NO_SUCH_FILE =
  /ENOENT: no such file or directory, \w+ '([^'\n]+)'|FileNotFoundError: \[Errno 2\] No such file or directory: '([^'\n]+)'/g
const LINK = /(?:^|\s)([^\s:]+\.html?)(?::\d+)?: (\S+) leads nowhere/gm
const NO_PYTHON_MODULE = /ModuleNotFoundError: No module named '([\w.]+)'/g

export const wrongPath: Rule = {
  name: 'wrong path',
  diagnose: async (view) => {
    const said = saidBy(view.failed)
    for (const find of [imports, files, links, pythonModules]) {
      const fixes = await find(view, said)
      if (fixes.length > 0)
        return { cause: 'A file is named with a path at which it does not stand.', fixes, commands: [] }
    }
    return null
  },
}

async function imports({ paths, read }: RuleView, said: string): Promise<readonly FixSuggestion[]> {
  const fixes: FixSuggestion[] = []
  for (const [, missing = '', importer, requirer] of said.matchAll(NODE_MISSING)) {
    const from = importer ?? requirer ?? ''
    const text = paths.includes(from) ? await read(from) : null
    if (text === null) continue
    for (const specifier of specifiersIn(text)) {
      // ESM names the resolved file, CommonJS what was asked for.
      const wanted = resolved(from, specifier)
      if (wanted === null || (wanted !== missing.replace(/^\.\//, '') && specifier !== missing)) continue
      const target = targetOf(wanted, paths)
      if (target === null) continue
      const keepsBare = !/\.\w+$/.test(specifier) && importer === undefined
      const right = relative(from, keepsBare ? target.replace(CODE, '') : target)
      if (right !== specifier) fixes.push(...literalFix(from, text, specifier, right))
    }
  }
  return unique(fixes)
}

/** A path that the program opens, relative to where it runs: the root of the project. */
async function files({ paths, read }: RuleView, said: string): Promise<readonly FixSuggestion[]> {
  const fixes: FixSuggestion[] = []
  for (const [, node, python] of said.matchAll(NO_SUCH_FILE)) {
    const missing = (node ?? python ?? '').replace(/^\.\//, '')
    const target = paths.includes(missing) || missing.startsWith('/') ? null : targetOf(missing, paths)
    if (target === null) continue
    const users: { readonly path: string; readonly text: string; readonly literal: string }[] = []
    for (const path of paths.filter((one) => CODE.test(one) || one.endsWith('.py') || one.endsWith('.json'))) {
      const text = await read(path)
      for (const literal of [missing, `./${missing}`])
        if (text !== null && quoted(literal).some((one) => text.includes(one))) users.push({ path, text, literal })
    }
    const [user] = users
    if (user === undefined || users.length > 1) continue
    fixes.push(
      ...literalFix(user.path, user.text, user.literal, user.literal.startsWith('./') ? `./${target}` : target),
    )
  }
  return unique(fixes)
}

async function links({ paths, read }: RuleView, said: string): Promise<readonly FixSuggestion[]> {
  const fixes: FixSuggestion[] = []
  for (const [, page = '', link = ''] of said.matchAll(LINK)) {
    const text = paths.includes(page) ? await read(page) : null
    if (text === null || /[?#%]/.test(link)) continue
    const wanted = resolved(page, link.startsWith('/') ? `.${link}` : link.startsWith('.') ? link : `./${link}`)
    const target = wanted === null ? null : targetOf(wanted, paths)
    if (target === null) continue
    const right = relative(page, target)
    fixes.push(...literalFix(page, text, link, link.startsWith('.') ? right : right.replace(/^\.\//, '')))
  }
  return unique(fixes)
}

/** A module of the project that stands in another folder of it, or is written in another case. */
async function pythonModules({ paths, read }: RuleView, said: string): Promise<readonly FixSuggestion[]> {
  const fixes: FixSuggestion[] = []
  for (const [, name = ''] of said.matchAll(NO_PYTHON_MODULE)) {
    const wanted = `${name.replaceAll('.', '/')}.py`
    const target = targetOf(wanted, paths)
    if (target === null || !/^[A-Za-z_][\w/]*\.py$/.test(target)) continue
    const right = target.replace(/\.py$/, '').replaceAll('/', '.')
    for (const path of paths.filter((one) => one.endsWith('.py') && said.includes(one))) {
      const text = await read(path)
      for (const [index, line] of (text ?? '').split(/\r?\n/).entries()) {
        const [, head, rest] = new RegExp(`^(\\s*from )${escaped(name)}( import .*)$`).exec(line) ?? []
        if (head === undefined || rest === undefined) continue
        fixes.push(lineFix(path, index + 1, line, `${head}${right}${rest}`, `the module stands in ${target}`))
      }
    }
  }
  return unique(fixes)
}

/** The one file that can be meant: with an extension, in another case, or by its name elsewhere. Null where none or several can. */
function targetOf(wanted: string, paths: readonly string[]): string | null {
  const name = wanted.slice(wanted.lastIndexOf('/') + 1)
  const outer = paths.filter((path) => !/(?:^|\/)(?:dist|build|coverage|vendor)\//.test(path))
  const attempts: ((path: string) => boolean)[] = [
    (path) => path.replace(CODE, '') === wanted && CODE.test(path),
    (path) => path.toLowerCase() === wanted.toLowerCase(),
    (path) => path.replace(CODE, '') === `${wanted}/index`,
    (path) => path.slice(path.lastIndexOf('/') + 1) === name,
    (path) => path.slice(path.lastIndexOf('/') + 1).replace(CODE, '') === name && CODE.test(path),
    (path) => path.slice(path.lastIndexOf('/') + 1).toLowerCase() === name.toLowerCase(),
  ]
  for (const fits of attempts) {
    const found = outer.filter(fits)
    if (found.length > 0) return found.length === 1 ? (found[0] ?? null) : null
  }
  return null
}

/** Relative specifiers of imports and requires. */
function specifiersIn(text: string): readonly string[] {
  const found = text.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)(['"])(\.{1,2}\/[^'"\n]+)\1/g)
  return [...new Set([...found].map(([, , specifier = '']) => specifier))]
}

/** Null where it leads out of the workspace. */
function resolved(from: string, specifier: string): string | null {
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  return parts.join('/')
}

function relative(from: string, to: string): string {
  const [origin, goal] = [from.split('/').slice(0, -1), to.split('/')]
  let shared = 0
  while (shared < origin.length && shared < goal.length - 1 && origin[shared] === goal[shared]) shared += 1
  const up = origin.length - shared
  return `${up === 0 ? './' : '../'.repeat(up)}${goal.slice(shared).join('/')}`
}

/** The literal where it stands, in its quotation marks; only where it stands on one line alone. */
function literalFix(path: string, text: string, wrong: string, right: string): readonly FixSuggestion[] {
  const lines = text.split(/\r?\n/)
  const found = lines.flatMap((line, index) => (quoted(wrong).some((one) => line.includes(one)) ? [index] : []))
  const [only] = found
  const line = only === undefined ? undefined : lines[only]
  if (only === undefined || line === undefined || found.length > 1) return []
  const fixed = quoted(wrong).reduce((so, one, index) => so.replaceAll(one, quoted(right)[index] ?? one), line)
  return fixed === line ? [] : [lineFix(path, only + 1, line, fixed, `the file stands at ${right}`)]
}

function quoted(literal: string): readonly [string, string] {
  return [`'${literal}'`, `"${literal}"`]
}

function unique(fixes: readonly FixSuggestion[]): readonly FixSuggestion[] {
  return [...new Map(fixes.map((fix) => [`${fix.file}:${fix.line_number}:${fix.fixed_code}`, fix])).values()]
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
