// Which checks a workspace calls for, told from its files and from the tools that the sandbox has. Pure.
import type { CheckReport } from '../vocabulary/check.ts'
import { LINK_CHECK, NODE_SYNTAX_CHECK, PYTHON_SYNTAX_CHECK } from './scripts.ts'

export type Workshop = {
  /** Paths of files, relative to the workspace. */
  readonly files: readonly string[]
  /** The text of package.json, or null. */
  readonly manifest: string | null
  /** Names of the commands that can be run: those on PATH, and those in node_modules/.bin. */
  readonly tools: ReadonlySet<string>
}

export type CheckPlan = { readonly check: string; readonly command: string; readonly timeoutMs: number }
export type Detected = { readonly run: readonly CheckPlan[]; readonly skipped: readonly CheckReport[] }

const TEST_MS = 120_000
const LINT_MS = 60_000
const JS_TEST = /(^|\/)([^/]+[.-]test|test)\.[cm]?[jt]s$|(^|\/)test\/[^/]+\.[cm]?[jt]s$/
const PYTHON_TEST = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/
const ESLINT_CONFIG = /^(eslint\.config\.[cm]?[jt]s|\.eslintrc(\.\w+)?)$/
const DEFAULT_TEST = 'no test specified'

export function detectChecks(workshop: Workshop): Detected {
  const { files, tools } = workshop
  const run: CheckPlan[] = []
  const skipped: CheckReport[] = []
  const manifest = parseManifest(workshop.manifest)
  const has = (pattern: RegExp) => files.some((file) => pattern.test(file))
  const wants = (check: string, tool: string, command: string, timeoutMs: number) => {
    if (tools.has(tool)) run.push({ check, command, timeoutMs })
    else skipped.push(skip(check, `${tool} is not installed in the workspace or on this machine`))
  }

  if (manifest.problem !== null) {
    run.push({
      check: 'package.json',
      command: `node -e "JSON.parse(require('fs').readFileSync('package.json','utf8'))"`,
      timeoutMs: LINT_MS,
    })
  }
  const testScript = manifest.scripts['test']
  if (testScript !== undefined && !testScript.includes(DEFAULT_TEST)) {
    // `node --run` runs the script the way npm does but needs no npm; its own pre and post scripts are npm's alone.
    const wrapped = 'pretest' in manifest.scripts || 'posttest' in manifest.scripts
    run.push({
      check: 'npm test',
      command: wrapped && tools.has('npm') ? 'npm test --silent' : 'node --run test',
      timeoutMs: TEST_MS,
    })
  } else if (has(JS_TEST)) {
    run.push({ check: 'node --test', command: 'node --test', timeoutMs: TEST_MS })
  } else if (has(/\.[cm]?js$/)) {
    run.push({ check: 'javascript syntax', command: NODE_SYNTAX_CHECK, timeoutMs: LINT_MS })
  }

  if (has(/\.py$/)) {
    if (has(PYTHON_TEST)) {
      if (tools.has('pytest')) run.push({ check: 'pytest', command: 'pytest -q', timeoutMs: TEST_MS })
      else wants('unittest', 'python3', unittestCommand(files), TEST_MS)
    } else wants('python syntax', 'python3', PYTHON_SYNTAX_CHECK, LINT_MS)
    if (has(/^(ruff|\.ruff|pyproject)\.toml$/)) wants('ruff', 'ruff', 'ruff check .', LINT_MS)
  }
  if (has(/^tsconfig\.json$/)) wants('tsc', 'tsc', 'tsc --noEmit', TEST_MS)
  if (has(ESLINT_CONFIG) || 'eslintConfig' in manifest.all) wants('eslint', 'eslint', 'eslint .', LINT_MS)
  if (has(/^\.?oxlintrc\.json$/)) wants('oxlint', 'oxlint', 'oxlint', LINT_MS)
  if (has(/\.html?$/)) run.push({ check: 'links', command: LINK_CHECK, timeoutMs: LINT_MS })
  return { run, skipped }
}

function unittestCommand(files: readonly string[]): string {
  const inTests = files.some((file) => file.startsWith('tests/') && PYTHON_TEST.test(file))
  const packaged = files.includes('tests/__init__.py')
  const pattern = files.some((file) => file.endsWith('_test.py')) ? `-p '*test*.py'` : ''
  // Without a package in tests/, discovery from the root finds nothing there; started inside it finds all.
  const start = inTests && !packaged ? '-s tests' : ''
  return ['python3 -m unittest discover -v', start, pattern].filter((part) => part !== '').join(' ')
}

function skip(check: string, reason: string): CheckReport {
  return { check, status: 'skipped', command: null, exit_code: null, duration_ms: 0, output: '', reason }
}

type Manifest = {
  readonly problem: string | null
  readonly scripts: Readonly<Record<string, string>>
  readonly all: Readonly<Record<string, unknown>>
}

function parseManifest(text: string | null): Manifest {
  const empty = { problem: null, scripts: {}, all: {} }
  if (text === null) return empty
  try {
    const parsed: unknown = JSON.parse(text)
    if (!isRecord(parsed)) return { ...empty, problem: 'not an object' }
    const scripts: Record<string, string> = {}
    for (const [name, value] of Object.entries(isRecord(parsed['scripts']) ? parsed['scripts'] : {})) {
      if (typeof value === 'string') scripts[name] = value
    }
    return { problem: null, scripts, all: parsed }
  } catch {
    return { ...empty, problem: 'not JSON' }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
