// What a script of the project's own printed, whichever runners it called: each format that can be told is read.
import type { Finding } from '../../vocabulary/check.ts'
import type { RawOutput } from '../runner.ts'
import { cargoFindings } from './cargo-output.ts'
import { goFindings } from './go-output.ts'
import { jestFindings } from './jest-output.ts'
import { linesOf } from './lines.ts'
import { biomeFindings, eslintFindings, oxlintFindings } from './lint-output.ts'
import { mochaFindings } from './mocha-output.ts'
import { nodeTestFindings } from './node-test-output.ts'
import { mypyFindings, pyrightFindings, tscFindings } from './place-lines.ts'
import { pytestFindings } from './pytest-output.ts'
import { tapFindings } from './tap-output.ts'
import { unittestFindings } from './unittest-output.ts'
import { vitestFindings } from './vitest-output.ts'

const READERS: readonly ((raw: RawOutput) => readonly Finding[])[] = [
  nodeTestFindings,
  tapFindings,
  vitestFindings,
  mochaFindings,
  pytestFindings,
  unittestFindings,
  (raw) => goFindings(raw, null),
  cargoFindings,
  tscFindings,
  mypyFindings,
  pyrightFindings,
  eslintFindings,
  oxlintFindings,
  biomeFindings,
]

export function scriptFindings(raw: RawOutput): readonly Finding[] {
  const found = READERS.flatMap((read) => read(raw))
  // Both head their failures with `FAIL file`; the marks of vitest tell them apart.
  const all = found.length > 0 ? found : jestFindings(raw)
  return all.length > 0 || raw.exitCode === 0 ? all : uncaught(raw)
}

const THROWN = /^(?:Uncaught )?((?:[A-Z]\w*)?(?:Error|Exception)(?: \[\w+\])?: .+)$/
const AT = /^(?:file:\/\/)?(\/[^:\s]+):(\d+)$/

/** A plain program that ended with an error that nobody caught: its first words, and the place that Node shows above them. */
function uncaught(raw: RawOutput): readonly Finding[] {
  const lines = linesOf(raw)
  const at = lines.findIndex((line) => THROWN.test(line))
  if (at === -1) return []
  const [, file = null, line] =
    AT.exec(lines.slice(Math.max(0, at - 6), at).findLast((one) => AT.test(one)) ?? '') ?? []
  const place = { file, line: line === undefined ? null : Number(line) }
  return [{ ...place, rule: null, message: (lines[at] ?? '').trim(), severity: 'error' }]
}
