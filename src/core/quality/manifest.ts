// What a package.json says, read as something that anybody may have written.
import type { Manifest } from './project.ts'

const NONE: Manifest = { problem: null, scripts: {}, dependencies: new Set(), all: {} }
const DEPENDENCIES = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies']
const DEFAULT_TEST = 'no test specified'

/** Never throws. */
export function parseManifest(text: string | null): Manifest {
  if (text === null) return NONE
  try {
    const parsed: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (!isRecord(parsed)) return { ...NONE, problem: 'not an object' }
    const scripts: Record<string, string> = {}
    for (const [name, value] of Object.entries(recordOf(parsed['scripts']))) {
      if (typeof value === 'string') scripts[name] = value
    }
    const dependencies = new Set(DEPENDENCIES.flatMap((kind) => Object.keys(recordOf(parsed[kind]))))
    return { problem: null, scripts, dependencies, all: parsed }
  } catch {
    return { ...NONE, problem: 'not JSON' }
  }
}

/** The script that tests the package; null where there is none but the placeholder that npm init writes. */
export function testScriptOf({ scripts }: Manifest): string | null {
  const script = Object.hasOwn(scripts, 'test') ? scripts['test'] : undefined
  return script === undefined || script.trim() === '' || script.includes(DEFAULT_TEST) ? null : script
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function recordOf(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {}
}
