// Go and Rust: their own commands compile and test a module in one.
import { cargoFindings, cargoRanNothing } from '../outputs/cargo-output.ts'
import { goFindings, goRanNothing } from '../outputs/go-output.ts'
import type { Project } from '../project.ts'
import type { Parsed, RawOutput, Runner } from '../runner.ts'
import { everything, hasTable, notInstalled, TEST_MS } from './limits.ts'

const COMPILE_MS = 2 * TEST_MS

export const goTest: Runner = {
  name: 'go test',
  kind: 'tests',
  scope: 'project',
  reads: (path) => path === 'go.mod' || path.endsWith('/go.mod'),
  detect: (project) => {
    if (!project.files.includes('go.mod')) return []
    if (!project.tools.has('go')) return [{ type: 'skip', reason: notInstalled('go') }]
    const module = /^module\s+"?([^\s"]+)/m.exec(project.text('go.mod') ?? '')?.[1] ?? null
    return [{ type: 'command', command: 'go test ./...', timeoutMs: COMPILE_MS, parse: (raw) => parsedGo(raw, module) }]
  },
  parse: (raw) => parsedGo(raw, null),
  watches: everything,
}

function parsedGo(raw: RawOutput, module: string | null): Parsed {
  const skip = goRanNothing(raw) ? { skip: 'No package of the module has tests.' } : {}
  return { findings: goFindings(raw, module), ...skip }
}

export const cargoTest: Runner = {
  name: 'cargo test',
  kind: 'tests',
  scope: 'project',
  reads: (path) => path === 'Cargo.toml' || path.endsWith('/Cargo.toml'),
  detect: (project) => {
    if (!project.files.includes('Cargo.toml') || isMember(project)) return []
    if (!project.tools.has('cargo')) return [{ type: 'skip', reason: notInstalled('cargo') }]
    const all = hasTable(project.text('Cargo.toml'), 'workspace') ? ' --workspace' : ''
    return [{ type: 'command', command: `cargo test${all}`, timeoutMs: COMPILE_MS }]
  },
  parse: (raw) => {
    const skip = cargoRanNothing(raw) ? { skip: 'There are no tests in it; it compiles.' } : {}
    return { findings: cargoFindings(raw), ...skip }
  },
  watches: everything,
}

/** The root's command tests the members of its workspace. */
function isMember({ folder, root }: Project): boolean {
  return folder !== '' && hasTable(root.text('Cargo.toml'), 'workspace')
}
