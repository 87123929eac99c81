// Finds out how a workspace runs its tests, runs them, and reads from the output how many failed and where.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Language } from './tokens.ts'

export type TestCommand = {
  readonly language: Language
  readonly command: string
  /** Narrowed to these files, where that is possible. */ readonly narrowed: (files: readonly string[]) => string
}
export type TestRun = {
  readonly ok: boolean
  readonly failed: number
  readonly output: string
  readonly timedOut: boolean
  readonly ms: number
}

const CODE = /\.(?:[cm]?[jt]s|py)$/
const TEST =
  /(?:^|\/)(?:tests?|__tests__|specs?)\/|\.(?:test|spec)\.[cm]?[jt]s$|(?:^|\/)(?:test_\w+|\w+_test|conftest)\.py$|(?:^|\/)test\.[cm]?[jt]s$/
const SKIPPED = new Set([
  'node_modules',
  '.git',
  '.venv',
  'venv',
  '__pycache__',
  'dist',
  'build',
  'coverage',
  '.pytest_cache',
  '.cache',
])
const MOST_FILES = 400

export function isTest(path: string): boolean {
  return TEST.test(path)
}

/** The program files of a folder, tests included, as relative paths. */
export function codeFiles(root: string, below = ''): readonly string[] {
  const found: string[] = []
  for (const entry of readdirSync(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (found.length > MOST_FILES) break
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) found.push(...codeFiles(root, path))
    else if (entry.isFile() && CODE.test(path) && !path.endsWith('.d.ts')) found.push(path)
  }
  return found
}

/** Null when the workspace has no tests that this can run. */
export function testCommandOf(root: string): TestCommand | null {
  const files = codeFiles(root)
  const tests = files.filter(isTest)
  const script = npmTestScript(root)
  if (script !== null) {
    const isPlain = /^node (?:--[\w-]+(?:=\S+)? )*--test$/.test(script.trim())
    return { language: 'js', command: script, narrowed: (chosen) => (isPlain ? [script, ...chosen].join(' ') : script) }
  }
  if (tests.some((file) => /\.[cm]?[jt]s$/.test(file))) {
    return { language: 'js', command: 'node --test', narrowed: (chosen) => ['node --test', ...chosen].join(' ') }
  }
  const python = tests.filter((file) => file.endsWith('.py'))
  if (python.length === 0) return null
  const text = python.map((file) => readFileSync(join(root, file), 'utf8')).join('\n')
  const usesPytest =
    /^\s*(?:import|from) pytest\b|^(?:async )?def test_/m.test(text) ||
    existsSync(join(root, 'pytest.ini')) ||
    existsSync(join(root, 'conftest.py'))
  const isBare = python.every((file) => file.startsWith('tests/')) && !existsSync(join(root, 'tests/__init__.py'))
  const command = usesPytest
    ? 'python3 -m pytest -q -p no:cacheprovider'
    : `python3 -m unittest discover${isBare ? ' -s tests' : ''}`
  return { language: 'python', command, narrowed: (chosen) => (usesPytest ? [command, ...chosen].join(' ') : command) }
}

function npmTestScript(root: string): string | null {
  try {
    const content: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    if (typeof content !== 'object' || content === null || !('scripts' in content)) return null
    const { scripts } = content
    if (typeof scripts !== 'object' || scripts === null || !('test' in scripts)) return null
    return typeof scripts.test === 'string' && !scripts.test.includes('no test specified') ? scripts.test : null
  } catch {
    return null
  }
}

/** Never throws: a run that hangs is killed with all its children and counts as failed. */
export function runTests(
  command: string,
  root: string,
  timeoutMs: number,
  env: Readonly<Record<string, string>> = {},
): Promise<TestRun> {
  const started = performance.now()
  // This runs in the sandbox, whose environment is its own and holds nothing of the platform's.
  // oxlint-disable-next-line no-restricted-properties
  const { NODE_TEST_CONTEXT: _context, NODE_V8_COVERAGE: _coverage, PATH = '', ...rest } = process.env
  const path = `${join(root, 'node_modules/.bin')}:${PATH}`
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...rest, PATH: path, PYTHONDONTWRITEBYTECODE: '1', NO_COLOR: '1', FORCE_COLOR: '0', CI: '1', ...env },
    })
    let output = ''
    let timedOut = false
    const collect = (chunk: Buffer): void => {
      if (output.length < 400_000) output += chunk.toString('utf8')
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
    const timer = setTimeout(() => {
      timedOut = true
      kill()
    }, timeoutMs)
    child.on('error', () =>
      resolve({ ok: false, failed: Number.POSITIVE_INFINITY, output, timedOut, ms: performance.now() - started }),
    )
    child.on('close', (code) => {
      clearTimeout(timer)
      kill()
      const ok = code === 0 && !ranNothing(output)
      resolve({ ok, failed: ok ? 0 : failuresIn(output), output, timedOut, ms: performance.now() - started })
    })
  })
}

function ranNothing(output: string): boolean {
  return /^[#ℹ] tests 0$/m.test(output) || /^Ran 0 tests/m.test(output) || /no tests ran/.test(output)
}

function failuresIn(output: string): number {
  const node = /^[#ℹ] fail (\d+)$/m.exec(output)?.[1]
  if (node !== undefined) return Number(node) || Number.POSITIVE_INFINITY
  const counts = [
    ...output.matchAll(/\b(?:failures|errors)=(\d+)/g),
    ...output.matchAll(/\b(\d+) (?:failed|errors?)\b/g),
  ]
  const sum = counts.reduce((total, match) => total + Number(match[1]), 0)
  return sum > 0 ? sum : Number.POSITIVE_INFINITY
}

/** The test files in which something failed, as far as the output names them; all of them when it names none. */
export function failingFiles(output: string, tests: readonly string[]): readonly string[] {
  const named = tests.filter((file) => {
    const quoted = file.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    return new RegExp(`test at ${quoted}:|location: '[^']*${quoted}:|FAILED ${quoted}|ERROR ${quoted}`).test(output)
  })
  return named.length > 0 ? named : tests
}
