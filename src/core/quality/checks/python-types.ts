// Python's type checkers, where a project has one set up.
import { mypyFindings, pyrightFindings } from '../outputs/place-lines.ts'
import type { Project } from '../project.ts'
import type { Runner } from '../runner.ts'
import { hasFile, hasTable, mattersTo, notInstalled, TEST_MS } from './limits.ts'

const SETTINGS = /(?:^|\/)(?:pyproject\.toml|setup\.cfg|tox\.ini|mypy\.ini|\.mypy\.ini)$/

export const mypy: Runner = {
  name: 'mypy',
  kind: 'types',
  scope: 'project',
  reads: (path) => SETTINGS.test(path),
  detect: (project) => {
    if (!hasFile(project, /\.pyi?$/) || !wantsMypy(project)) return []
    if (!project.tools.has('mypy')) return [{ type: 'skip', reason: notInstalled('mypy') }]
    // What it is to look at may stand in its settings; a path on the command line would take their place.
    const target = namesFiles(project) ? '' : ' .'
    return [{ type: 'command', command: `mypy --cache-dir="$TMPDIR"${target}`, timeoutMs: TEST_MS }]
  },
  parse: (raw) => ({ findings: mypyFindings(raw) }),
  watches: mattersTo('python'),
}

function wantsMypy(project: Project): boolean {
  return (
    hasFile(project, /^\.?mypy\.ini$/) ||
    mayHaveTableRead(project, 'pyproject.toml', 'tool.mypy') ||
    mayHaveTableRead(project, 'setup.cfg', 'mypy')
  )
}

/** Settings that hold much else are believed only where they could be read. */
function mayHaveTableRead(project: Project, file: string, table: string): boolean {
  return hasTable(project.text(file), table) || hasTable(project.text(file), `${table}-`)
}

function namesFiles(project: Project): boolean {
  return ['mypy.ini', '.mypy.ini', 'pyproject.toml', 'setup.cfg'].some((file) =>
    /^\s*(?:files|packages|modules)\s*=/m.test(sectionOf(project.text(file) ?? '')),
  )
}

function sectionOf(text: string): string {
  const lines = text.split('\n')
  const from = lines.findIndex((line) => /^\s*\[(?:tool\.)?mypy\]/.test(line))
  if (from === -1) return ''
  const end = lines.findIndex((line, index) => index > from && /^\s*\[/.test(line))
  return lines.slice(from + 1, end === -1 ? undefined : end).join('\n')
}

export const pyright: Runner = {
  name: 'pyright',
  kind: 'types',
  scope: 'project',
  reads: (path) => SETTINGS.test(path),
  detect: (project) => {
    const isWanted =
      hasFile(project, /^pyrightconfig\.json$/) || hasTable(project.text('pyproject.toml'), 'tool.pyright')
    const based = hasTable(project.text('pyproject.toml'), 'tool.basedpyright')
    if (!hasFile(project, /\.pyi?$/) || (!isWanted && !based)) return []
    const tool = ['pyright', 'basedpyright'].find((name) => project.tools.has(name))
    if (tool === undefined) return [{ type: 'skip', reason: notInstalled('pyright') }]
    return [{ type: 'command', command: tool, timeoutMs: TEST_MS }]
  },
  parse: (raw) => ({ findings: pyrightFindings(raw) }),
  watches: mattersTo('python'),
}
