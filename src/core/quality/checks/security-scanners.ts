// Scanners for security in the code itself, where they are installed: bandit for Python, semgrep with the rules of the repository.
import type { Finding } from '../../vocabulary/check.ts'
import { isRecord } from '../manifest.ts'
import type { Project } from '../project.ts'
import type { Parsed, RawOutput, Runner } from '../runner.ts'
import { hasFile, hasTable, LINT_MS, mattersTo, notInstalled, quoted } from './limits.ts'

/** Tests assert and keep passwords of their own. */
const BANDIT = 'bandit -q -r . -f json -ll -ii -x ./.venv,./venv,./node_modules,./tests,./test,./build,./dist'

export const bandit: Runner = {
  name: 'bandit',
  kind: 'security',
  scope: 'project',
  reads: (path) => path === 'pyproject.toml' || path.endsWith('/pyproject.toml'),
  detect: (project) => {
    if (!hasFile(project, /\.py$/)) return []
    if (project.tools.has('bandit')) return [{ type: 'command', command: BANDIT, timeoutMs: LINT_MS }]
    const isWanted = hasFile(project, /^\.bandit$/) || hasTable(project.text('pyproject.toml'), 'tool.bandit')
    return isWanted ? [{ type: 'skip', reason: notInstalled('bandit') }] : []
  },
  parse: (raw) => ({ findings: resultsOf(raw).flatMap(banditFinding) }),
  watches: mattersTo('python'),
}

export const semgrep: Runner = {
  name: 'semgrep',
  kind: 'security',
  scope: 'workspace',
  detect: (project) => {
    const rules = rulesOf(project)
    if (rules === null) return []
    if (!project.tools.has('semgrep')) return [{ type: 'skip', reason: notInstalled('semgrep') }]
    // Rules of others would have to be fetched; those of the repository are there.
    const command = `semgrep scan --config ${quoted(rules)} --error --json --quiet --metrics off --disable-version-check .`
    return [
      {
        type: 'command',
        command,
        timeoutMs: LINT_MS,
        env: { SEMGREP_SEND_METRICS: 'off', SEMGREP_ENABLE_VERSION_CHECK: '0' },
      },
    ]
  },
  parse: (raw) => ({ findings: resultsOf(raw).flatMap(semgrepFinding) }),
  watches: () => true,
}

function rulesOf({ files }: Project): string | null {
  const file = files.find((path) => /^\.?semgrep\.ya?ml$/.test(path))
  return file ?? (files.some((path) => /^\.semgrep\/.+\.ya?ml$/.test(path)) ? '.semgrep' : null)
}

function resultsOf({ stdout }: RawOutput): readonly Readonly<Record<string, unknown>>[] {
  const whole = jsonIn(stdout)
  const results = whole?.['results']
  return Array.isArray(results) ? results.filter(isRecord) : []
}

/** The object in an output that may have words around it; null where there is none. */
export function jsonIn(text: string): Readonly<Record<string, unknown>> | null {
  const [from, to] = [text.indexOf('{'), text.lastIndexOf('}')]
  if (from === -1 || to < from) return null
  try {
    const value: unknown = JSON.parse(text.slice(from, to + 1))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function banditFinding(one: Readonly<Record<string, unknown>>): readonly Finding[] {
  const message = textOf(one['issue_text'])
  if (message === null) return []
  const severity = one['issue_severity'] === 'HIGH' || one['issue_severity'] === 'MEDIUM' ? 'error' : 'warning'
  return [
    {
      file: textOf(one['filename'])?.replace(/^\.\//, '') ?? null,
      line: lineOf(one['line_number']),
      rule: textOf(one['test_id']),
      message,
      severity,
    },
  ]
}

function semgrepFinding(one: Readonly<Record<string, unknown>>): readonly Finding[] {
  const extra = isRecord(one['extra']) ? one['extra'] : {}
  const message = textOf(extra['message'])
  if (message === null) return []
  const start = isRecord(one['start']) ? one['start'] : {}
  const severity = ({ INFO: 'note', WARNING: 'warning' } as const)[String(extra['severity'])] ?? 'error'
  return [{ file: textOf(one['path']), line: lineOf(start['line']), rule: textOf(one['check_id']), message, severity }]
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function lineOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null
}

/** An output with nothing of the expected in it is no verdict of a scanner's. */
export function unreadable(name: string): Parsed {
  return { findings: [], skip: `${name} gave no answer that can be read` }
}
