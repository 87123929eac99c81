// What `go test` prints: failed tests with the lines they logged, panics, and errors of the compiler and of vet.
import type { Finding } from '../../vocabulary/check.ts'
import { errorAt, linesOf, placeOf } from './lines.ts'
import type { RawOutput } from '../runner.ts'

const FAILED = /^\s*--- FAIL: (\S+)/
const RUNNING = /^=== (?:RUN|CONT|NAME)\s+(\S+)/
const LOGGED = /^\s+(\S+\.go):(\d+): (.*)$/
const COMPILE = /^(?:vet: )?(\S+\.go):(\d+)(?::\d+)?: (.+)$/
const PACKAGE = /^FAIL\t(\S+)(?:\t|$| )/
const FRAME = /^\t(\/\S+\.go):(\d+)/
const OF_GO = /\/src\/(?:runtime|testing|reflect|panic)\b/

type Failure = { readonly test: string; file: string | null; line: string | undefined; readonly said: string[] }

/** `module` is the module's own path, from go.mod: packages are named with it in front. */
export function goFindings(raw: RawOutput, module: string | null): readonly Finding[] {
  const findings: Finding[] = []
  let failures: Failure[] = []
  let logged = new Map<string, Failure>()
  let current: Failure | null = null
  const settle = (folder: string) => {
    for (const { test, file, line, said } of failures) {
      // That something below it failed is said by what did.
      if (said.length === 0 && failures.some((other) => other.test.startsWith(`${test}/`))) continue
      const path = file === null ? null : file.startsWith('/') || folder === '' ? file : `${folder}/${file}`
      findings.push(
        errorAt(
          placeOf(path ?? undefined, line),
          [folder, test].filter((part) => part !== '').join(': '),
          said.slice(0, 6).join(' ') || 'It failed.',
        ),
      )
    }
    failures = []
    logged = new Map()
    current = null
  }
  for (const line of linesOf(raw)) {
    const running = RUNNING.exec(line)?.[1]
    const failed = FAILED.exec(line)?.[1]
    const [, file, number, text] = LOGGED.exec(line) ?? []
    const name = running ?? failed
    if (name !== undefined) {
      current = logged.get(name) ?? { test: name, file: null, line: undefined, said: [] }
      logged.set(name, current)
      if (failed !== undefined && !failures.includes(current)) failures.push(current)
    } else if (file !== undefined && current !== null) {
      current.file ??= file
      current.line ??= number
      current.said.push(text ?? '')
    } else if (line.startsWith('panic: ') && current !== null) current.said.push(line.trim())
    else if (FRAME.test(line) && current !== null && current.file === null && !OF_GO.test(line)) {
      const [, frame, at] = FRAME.exec(line) ?? []
      current.file = frame ?? null
      current.line = at
    } else if (COMPILE.test(line)) {
      const [, path, at, said = ''] = COMPILE.exec(line) ?? []
      findings.push(errorAt(placeOf(path, at), 'build', said))
    }
    const of = PACKAGE.exec(line)?.[1]
    if (of !== undefined) settle(folderOf(of, module))
  }
  settle('')
  return findings
}

/** Whether there was nothing to test in any package. */
export function goRanNothing({ exitCode, ...raw }: RawOutput): boolean {
  const lines = linesOf(raw)
  return (
    exitCode === 0 &&
    lines.some((line) => line.includes('[no test files]')) &&
    !lines.some((line) => /^ok\s/.test(line))
  )
}

function folderOf(of: string, module: string | null): string {
  return module !== null && of.startsWith(`${module}/`) ? of.slice(module.length + 1) : ''
}
