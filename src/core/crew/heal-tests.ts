// Tests are what healing is measured by: a targeted fix leaves them as they are.
import { findWeakenings } from '../quality/find-weakenings.ts'
import { isTestFile, isUntold } from '../healing/test-files.ts'
import type { FileChange } from '../ports/workspaces.ts'
import type { CommitId } from '../vocabulary/ids.ts'
import type { Run } from './run.ts'

/** Why a change of the file is not made, one clause; null where it may be. */
export function changeProblem(path: string, before: string, after: string): string | null {
  const [milder] = findWeakenings([{ path, before, after }]).filter(({ severity }) => severity === 'error')
  if (milder !== undefined) return `it makes tests milder: ${milder.message}`
  if (isTestFile(path)) return onlyPaths(before, after) ? null : 'tests are not changed to pass'
  if (/(?:^|\/)package\.json$/.test(path) && scriptsOf(before) !== scriptsOf(after) && scriptsOf(before) !== null)
    return 'the scripts that run the tests are not changed'
  return null
}

const LIMITS = { fileBytes: 500_000, totalBytes: 5_000_000 }
const NOTHING = /^\s*(?:true|:|exit 0|echo\b[^&|;]*)\s*$/

/** What a coder did to tests that nobody here can read: one sentence each, on why the round counts as worse. */
export async function untoldTests(run: Run, from: CommitId, files: readonly FileChange[]): Promise<readonly string[]> {
  const told = files
    .filter(({ path, deletions }) => isUntold(path) && deletions > 0)
    .map(({ path }) => `${path} was changed, and whether it still tests the same can't be told`)
  if (!files.some(({ path }) => isManifest(path))) return told
  const changed = await run.workspaces.changed(run.task.id, from, run.journal.lastCommit() ?? from, LIMITS)
  const emptied = changed.filter(({ path, before, after }) => {
    const [was, is] = [before, after].map((content) =>
      content instanceof Uint8Array ? testScriptOf(new TextDecoder().decode(content)) : null,
    )
    return (
      isManifest(path) && typeof was === 'string' && !NOTHING.test(was) && (typeof is !== 'string' || NOTHING.test(is))
    )
  })
  return [...told, ...emptied.map(({ path }) => `the test script of ${path} tests nothing any more`)]
}

function isManifest(path: string): boolean {
  return /(?:^|\/)package\.json$/.test(path)
}

function testScriptOf(text: string): string | null {
  try {
    const { test } = JSON.parse(scriptsOf(text) ?? '{}') as { readonly test?: unknown }
    return typeof test === 'string' ? test : null
  } catch {
    return null
  }
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
