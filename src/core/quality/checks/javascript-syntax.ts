// JavaScript without tests: at least it must be JavaScript.
import { testScriptOf } from '../manifest.ts'
import { nodeSyntaxFindings } from '../outputs/listed-output.ts'
import type { Runner } from '../runner.ts'
import { NODE_SYNTAX_CHECK } from '../scripts.ts'
import { hasFile, LINT_MS } from './limits.ts'
import { isForNode } from './node-test.ts'
import { otherTestRunner } from './other-test-runners.ts'

export const javascriptSyntax: Runner = {
  name: 'javascript syntax',
  kind: 'syntax',
  scope: 'project',
  detect: (project) => {
    const isTested = testScriptOf(project.manifest) !== null || isForNode(project)
    const runner = otherTestRunner(project)
    if (isTested || (runner !== null && project.tools.has(runner)) || !hasFile(project, /\.[cm]?js$/)) return []
    return [{ type: 'command', command: NODE_SYNTAX_CHECK, timeoutMs: LINT_MS }]
  },
  parse: (raw) => ({ findings: nodeSyntaxFindings(raw) }),
  // A manifest says whether a file is read as a module.
  watches: (path) => /\.[cm]?js$/.test(path) || path.endsWith('package.json'),
}
