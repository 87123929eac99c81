// Tests are what healing is measured by: a targeted fix leaves them as they are.
import { findWeakenings } from '../quality/find-weakenings.ts'
import { isTestFile } from '../healing/test-files.ts'

/** Why a change of the file is not made, one clause; null where it may be. */
export function changeProblem(path: string, before: string, after: string): string | null {
  const [milder] = findWeakenings([{ path, before, after }]).filter(({ severity }) => severity === 'error')
  if (milder !== undefined) return `it makes tests milder: ${milder.message}`
  if (isTestFile(path)) return onlyPaths(before, after) ? null : 'tests are not changed to pass'
  if (/(?:^|\/)package\.json$/.test(path) && scriptsOf(before) !== scriptsOf(after) && scriptsOf(before) !== null)
    return 'the scripts that run the tests are not changed'
  return null
}

/** Nothing but what is imported, or from where, differs: no case and no assertion. */
function onlyPaths(before: string, after: string): boolean {
  const [one, other] = [before, after].map((text) => text.split(/\r?\n/))
  if (one === undefined || other === undefined || one.length !== other.length) return false
  return one.every((line, index) => line === other[index] || (IMPORT.test(line) && IMPORT.test(other[index] ?? '')))
}

const IMPORT =
  /^\s*(?:import\s[^()]*(?:from\s*)?['"][^'"]+['"];?|import [\w., ]+|from [\w.]+ import [\w*, ]+|(?:const|let|var) [\w{}, ]+ = require\(['"][^'"]+['"]\);?)\s*$/

function scriptsOf(text: string): string | null {
  try {
    const manifest: unknown = JSON.parse(text)
    if (typeof manifest !== 'object' || manifest === null || !('scripts' in manifest)) return '{}'
    return JSON.stringify(manifest.scripts)
  } catch {
    return null
  }
}
