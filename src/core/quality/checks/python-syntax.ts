// Python without tests: at least it must be Python.
import { listedFindings } from '../outputs/listed-output.ts'
import type { Runner } from '../runner.ts'
import { PYTHON_SYNTAX_CHECK } from '../scripts.ts'
import { hasFile, LINT_MS, notInstalled } from './limits.ts'
import { hasPythonTests } from './python-tests.ts'

export const pythonSyntax: Runner = {
  name: 'python syntax',
  kind: 'syntax',
  scope: 'project',
  detect: (project) => {
    if (!hasFile(project, /\.py$/) || hasPythonTests(project)) return []
    if (!project.tools.has('python3')) return [{ type: 'skip', reason: notInstalled('python3') }]
    return [{ type: 'command', command: PYTHON_SYNTAX_CHECK, timeoutMs: LINT_MS }]
  },
  parse: (raw) => ({ findings: listedFindings(raw, 'syntax') }),
  watches: (path) => path.endsWith('.py'),
}
