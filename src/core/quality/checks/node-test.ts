// Node's own test runner, where there are tests and no script that says how to run them.
import { testScriptOf } from '../manifest.ts'
import { nodeTestCount, nodeTestFindings } from '../outputs/node-test-output.ts'
import { tapFindings } from '../outputs/tap-output.ts'
import type { Project } from '../project.ts'
import type { Runner } from '../runner.ts'
import { everything, hasFile, JS_TEST, quoted, TEST_MS } from './limits.ts'
import { otherTestRunner } from './other-test-runners.ts'

const MOST_NAMED = 200

export const nodeTest: Runner = {
  name: 'node --test',
  kind: 'tests',
  scope: 'project',
  detect: (project) =>
    isForNode(project) ? [{ type: 'command', command: commandFor(project), timeoutMs: TEST_MS }] : [],
  parse: (raw) => ({
    findings: [...nodeTestFindings(raw), ...tapFindings(raw)],
    ...(raw.exitCode === 0 && nodeTestCount(raw) === 0 ? { skip: 'node --test found no tests to run.' } : {}),
  }),
  watches: everything,
}

export function isForNode(project: Project): boolean {
  return testScriptOf(project.manifest) === null && otherTestRunner(project) === null && hasFile(project, JS_TEST)
}

/** Left to itself it would run what stands in the projects inside as well, from the wrong folder. */
function commandFor({ files, inner }: Project): string {
  const own = files.filter((file) => JS_TEST.test(file))
  if (inner.length === 0 || own.length > MOST_NAMED) return 'node --test'
  return ['node --test', ...own.map((file) => quoted(file.startsWith('-') ? `./${file}` : file))].join(' ')
}
