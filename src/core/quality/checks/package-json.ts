// A package.json that can't be read stops everything that reads it: said by itself, before all else.
import { linesOf } from '../outputs/lines.ts'
import type { Runner } from '../runner.ts'
import { LINT_MS } from './limits.ts'

const COMMAND = `node -e "JSON.parse(require('fs').readFileSync('package.json','utf8'))"`

export const packageJson: Runner = {
  name: 'package.json',
  kind: 'syntax',
  scope: 'project',
  detect: ({ manifest }) =>
    manifest.problem === null ? [] : [{ type: 'command', command: COMMAND, timeoutMs: LINT_MS }],
  parse: (raw) => ({
    findings: linesOf(raw)
      .filter((line) => line.startsWith('SyntaxError: '))
      .map((message) => ({ file: 'package.json', line: lineIn(message), rule: 'syntax', message, severity: 'error' })),
  }),
  watches: (path) => path === 'package.json' || path.endsWith('/package.json'),
}

function lineIn(message: string): number | null {
  const line = /\(line (\d+) column \d+\)/.exec(message)?.[1]
  return line === undefined ? null : Number(line)
}
