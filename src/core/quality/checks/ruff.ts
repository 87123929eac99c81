// Ruff, where a project has it set up.
import { ruffFindings } from '../outputs/place-lines.ts'
import type { Project } from '../project.ts'
import type { Runner } from '../runner.ts'
import { hasFile, LINT_MS, mattersTo, mayHaveTable, notInstalled } from './limits.ts'

export const ruff: Runner = {
  name: 'ruff',
  kind: 'lint',
  scope: 'project',
  reads: (path) => path === 'pyproject.toml' || path.endsWith('/pyproject.toml'),
  detect: (project) => {
    if (!hasFile(project, /\.py$/) || !isWanted(project)) return []
    if (!project.tools.has('ruff')) return [{ type: 'skip', reason: notInstalled('ruff') }]
    return [{ type: 'command', command: 'ruff check --no-cache .', timeoutMs: LINT_MS }]
  },
  parse: (raw) => ({ findings: ruffFindings(raw) }),
  watches: mattersTo('python'),
}

function isWanted(project: Project): boolean {
  return hasFile(project, /^\.?ruff\.toml$/) || mayHaveTable(project, 'pyproject.toml', 'tool.ruff')
}
