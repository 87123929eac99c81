// Pages lead somewhere: every local link and source of every page is a file.
import { listedFindings } from '../outputs/listed-output.ts'
import type { Runner } from '../runner.ts'
import { LINK_CHECK } from '../scripts.ts'
import { everything, hasFile, LINT_MS } from './limits.ts'

export const links: Runner = {
  name: 'links',
  kind: 'lint',
  scope: 'workspace',
  detect: (project) =>
    hasFile(project, /\.html?$/) ? [{ type: 'command', command: LINK_CHECK, timeoutMs: LINT_MS }] : [],
  parse: (raw) => ({ findings: listedFindings(raw, 'link') }),
  // A link may lead to any file, so any file that goes matters.
  watches: everything,
}
