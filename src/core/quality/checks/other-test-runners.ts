// Vitest, jest and mocha, where a project has one of them set up and no script that says how to run it.
import { testScriptOf } from '../manifest.ts'
import { jestFindings } from '../outputs/jest-output.ts'
import { mochaFindings } from '../outputs/mocha-output.ts'
import { foundNoTests, vitestFindings } from '../outputs/vitest-output.ts'
import type { Project } from '../project.ts'
import type { Parsed, RawOutput, Runner } from '../runner.ts'
import { everything, hasFile, notInstalled, TEST_MS } from './limits.ts'

type Name = 'vitest' | 'jest' | 'mocha'

const RUNNERS: readonly { readonly name: Name; readonly config: RegExp; readonly key: string }[] = [
  { name: 'vitest', config: /^(?:vitest\.(?:config|workspace)\.[cm]?[jt]s|vitest\.workspace\.json)$/, key: 'vitest' },
  { name: 'jest', config: /^jest\.config\.(?:[cm]?[jt]s|json)$/, key: 'jest' },
  { name: 'mocha', config: /^\.mocharc(?:\.\w+)?$/, key: 'mocha' },
]

/** The one that the project has set up; null where it has none, or a script of its own. */
export function otherTestRunner(project: Project): Name | null {
  const { manifest } = project
  if (testScriptOf(manifest) !== null) return null
  const found = RUNNERS.find(
    ({ name, config, key }) =>
      hasFile(project, config) || Object.hasOwn(manifest.all, key) || manifest.dependencies.has(name),
  )
  return found?.name ?? null
}

function runnerOf(name: Name, command: string, parse: (raw: RawOutput) => Parsed): Runner {
  return {
    name,
    kind: 'tests',
    scope: 'project',
    detect: (project) => {
      if (otherTestRunner(project) !== name) return []
      if (!project.tools.has(name)) return [{ type: 'skip', reason: notInstalled(name) }]
      return [{ type: 'command', command, timeoutMs: TEST_MS }]
    },
    parse,
    watches: everything,
  }
}

function withoutTests(name: Name, raw: RawOutput): Pick<Parsed, 'skip'> {
  return foundNoTests(raw) ? { skip: `${name} found no tests to run.` } : {}
}

export const vitest = runnerOf('vitest', 'vitest run', (raw) => ({
  findings: vitestFindings(raw),
  ...withoutTests('vitest', raw),
}))
export const jest = runnerOf('jest', 'jest', (raw) => ({ findings: jestFindings(raw), ...withoutTests('jest', raw) }))
export const mocha = runnerOf('mocha', 'mocha', (raw) => ({ findings: mochaFindings(raw) }))
