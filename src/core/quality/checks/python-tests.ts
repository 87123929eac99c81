// Python's tests: by pytest where it is installed, by unittest otherwise.
import { pytestFindings, pytestRanNothing } from '../outputs/pytest-output.ts'
import { unittestCount, unittestFindings } from '../outputs/unittest-output.ts'
import type { Project } from '../project.ts'
import type { Runner } from '../runner.ts'
import { everything, hasFile, hasTable, notInstalled, PYTHON_TEST, quoted, TEST_MS } from './limits.ts'

const DJANGO_TEST = /(^|\/)tests\.py$/
/** What Python 3.12 and later end with where there is nothing to run. */
const NOTHING_RAN = 5

export const pytest: Runner = {
  name: 'pytest',
  kind: 'tests',
  scope: 'project',
  detect: (project) =>
    hasPythonTests(project) && !isDjangos(project) && project.tools.has('pytest')
      ? [{ type: 'command', command: pytestCommand(project), timeoutMs: TEST_MS }]
      : [],
  parse: (raw) => ({
    findings: pytestFindings(raw),
    ...(pytestRanNothing(raw) ? { skip: 'pytest found no tests to run.' } : {}),
  }),
  watches: everything,
}

export const unittest: Runner = {
  name: 'unittest',
  kind: 'tests',
  scope: 'project',
  detect: (project) => {
    if (!hasPythonTests(project) || (project.tools.has('pytest') && !isDjangos(project))) return []
    if (!project.tools.has('python3')) return [{ type: 'skip', reason: notInstalled('python3') }]
    return [{ type: 'command', command: unittestCommand(project), timeoutMs: TEST_MS }]
  },
  parse: (raw) => ({
    findings: unittestFindings(raw),
    ...(unittestCount(raw) === 0 && (raw.exitCode === 0 || raw.exitCode === NOTHING_RAN)
      ? {
          skip: 'unittest found no tests to run; tests that are written for pytest need pytest, which is not installed.',
        }
      : {}),
  }),
  watches: everything,
}

export function hasPythonTests(project: Project): boolean {
  return hasFile(project, PYTHON_TEST) || (isDjangos(project) && hasFile(project, DJANGO_TEST))
}

/** Run by Django, which knows its settings, unless the project has set up pytest for it. */
function isDjangos(project: Project): boolean {
  const usesPytest = project.files.includes('pytest.ini') || hasTable(project.text('pyproject.toml'), 'tool.pytest')
  return project.files.includes('manage.py') && !usesPytest
}

/** One file that can't be imported must not hide what the others say; whether all is well is the same either way. */
function pytestCommand({ inner }: Project): string {
  return ['pytest -q --continue-on-collection-errors', ...inner.map((folder) => `--ignore=${quoted(folder)}`)].join(' ')
}

function unittestCommand(project: Project): string {
  if (isDjangos(project)) return 'python3 manage.py test'
  const { files } = project
  const inTests = files.some((file) => file.startsWith('tests/') && PYTHON_TEST.test(file))
  const packaged = files.includes('tests/__init__.py')
  const pattern = files.some((file) => file.endsWith('_test.py')) ? `-p '*test*.py'` : ''
  // Without a package in tests/, discovery from the root finds nothing there; started inside it finds all.
  const start = inTests && !packaged ? '-s tests' : ''
  return ['python3 -m unittest discover -v', start, pattern].filter((part) => part !== '').join(' ')
}
