// A package that is imported and not there: declared and not installed, or known well enough to be added. What nobody knows by that name
// is not fetched: names that models make up are registered by others.
import type { FixSuggestion } from '../../vocabulary/healing.ts'
import type { Remedy, Rule, RuleView } from '../rule.ts'
import { lineFix, saidBy } from '../rule.ts'
import { NODE_PACKAGES, PYTHON_PACKAGES } from './well-known-packages.ts'

const NODE_MISSING = /Cannot find (?:package|module) '((?:@[a-z0-9~._-]+\/)?[a-z0-9~_-][a-z0-9~._-]*)(?:\/[^'\n]*)?'/g
const PYTHON_MISSING = /ModuleNotFoundError: No module named '([A-Za-z_]\w*)/g
const NEAR = 2

export const missingDependency: Rule = {
  name: 'missing dependency',
  diagnose: async (view) => {
    const said = saidBy(view.failed)
    return (await nodeRemedy(view, said)) ?? (await pythonRemedy(view, said))
  },
}

async function nodeRemedy({ paths, read }: RuleView, said: string): Promise<Remedy | null> {
  const text = await read('package.json')
  const manifest = text === null ? null : parsed(text)
  if (text === null || manifest === null) return null
  const names = new Set([...said.matchAll(NODE_MISSING)].map(([, name = '']) => name))
  for (const name of names) {
    if (name.startsWith('node:') || isLocal(name, paths)) continue
    const declared = ['dependencies', 'devDependencies', 'optionalDependencies'].some((group) =>
      has(manifest[group], name),
    )
    if (!declared && !NODE_PACKAGES.has(name)) continue
    const command = declared
      ? 'npm install --no-audit --no-fund --ignore-scripts --prefer-offline'
      : `npm install --no-audit --no-fund --ignore-scripts ${name}`
    const says = declared ? 'the declared dependencies were installed' : `${name} was added and installed`
    return { cause: `The package ${name} is not installed.`, fixes: [], commands: [{ command, says }] }
  }
  return null
}

async function pythonRemedy({ paths, read }: RuleView, said: string): Promise<Remedy | null> {
  const text = await read('requirements.txt')
  const names = new Set([...said.matchAll(PYTHON_MISSING)].map(([, name = '']) => name))
  for (const name of names) {
    if (isLocal(name, paths)) continue
    const wanted = PYTHON_PACKAGES.get(name)
    const lines = text?.split(/\r?\n/) ?? []
    const declared = lines.some((line) => sameProject(line, wanted ?? name))
    if (text === null || (!declared && wanted === undefined)) continue
    const fixes = declared || wanted === undefined ? [] : added(lines, wanted)
    if (!declared && fixes.length === 0) continue
    const command =
      'python3 -m pip install --user --break-system-packages --disable-pip-version-check -q -r requirements.txt'
    const says = declared ? 'the declared requirements were installed' : `${wanted} was added and installed`
    return { cause: `The package ${wanted ?? name} is not installed.`, fixes, commands: [{ command, says }] }
  }
  return null
}

/** A line below the last one. */
function added(lines: readonly string[], name: string): readonly FixSuggestion[] {
  const at = lines.findLastIndex((line) => line.trim() !== '')
  const line = lines[at]
  return line === undefined
    ? []
    : [lineFix('requirements.txt', at + 1, line, `${line}\n${name}`, `${name} is imported`)]
}

function sameProject(line: string, name: string): boolean {
  const [, project = ''] = /^\s*([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(line) ?? []
  const plain = (word: string) => word.toLowerCase().replace(/[._-]+/g, '-')
  return project !== '' && plain(project) === plain(name)
}

/** A module of the project has this name, or nearly: then the import is misspelt, and no package is missing. */
function isLocal(name: string, paths: readonly string[]): boolean {
  const bare = name.replace(/^@[^/]+\//, '').toLowerCase()
  return paths.some((path) =>
    path.split('/').some((part) => {
      const stem = part.replace(/\.\w+$/, '').toLowerCase()
      return stem === bare || (bare.length > 4 && stem.length > 3 && isNear(stem, bare))
    }),
  )
}

/** At most so many letters added, left out or changed. */
function isNear(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > NEAR) return false
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [at, letter] of Array.from(one).entries()) {
    const next = [at + 1]
    for (let column = 1; column <= other.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (other[column - 1] === letter ? 0 : 1)
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return (row.at(-1) ?? NEAR + 1) <= NEAR
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function has(group: unknown, name: string): boolean {
  return isRecord(group) && Object.hasOwn(group, name)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
