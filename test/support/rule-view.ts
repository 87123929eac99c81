// What a rule is shown in tests: files by their paths, and one failed check that printed something.
import fc from 'fast-check'
import { applyFixes } from '../../src/core/healing/apply-fixes.ts'
import type { Remedy, Rule, RuleView } from '../../src/core/healing/rule.ts'

export type Files = Readonly<Record<string, string>>

export function viewOf(files: Files, output: string, servedPorts: readonly number[] = []): RuleView {
  const failed = { check: 'npm test', status: 'failed', command: 'npm test', exit_code: 1, duration_ms: 1 } as const
  return {
    failed: [{ ...failed, output, reason: null }],
    paths: Object.keys(files),
    read: async (path) => (Object.hasOwn(files, path) ? (files[path] ?? null) : null),
    servedPorts,
  }
}

/** The files as the remedy leaves them. Throws where a fix of it fits nowhere. */
export function mendedBy(remedy: Remedy | null, files: Files): Files | null {
  if (remedy === null) return null
  const done = applyFixes(remedy.fixes, (path) => ({ text: files[path] ?? '' }))
  if (done.refused.length > 0) throw new Error(done.refused.map(({ reason }) => reason).join('; '))
  return { ...files, ...Object.fromEntries(done.changed) }
}

/** Whatever is printed and stands in the files: it answers, and every fix of it is of a file that is there. */
export function answersAnything(rule: Rule, samples: readonly string[]): Promise<void> {
  const said = fc
    .array(
      fc.oneof(
        fc.constantFrom(...samples, '(((', '../../etc/passwd', "'", '\u0000', '$(', '9'.repeat(400)),
        fc.string(),
      ),
    )
    .map((parts) => parts.join('\n'))
  const text = fc.oneof(said, fc.constantFrom('import os\n', '{ "a": 1, }', "require('./x')\n", 'x('))
  const path = fc.constantFrom('a.js', 'src/a.js', 'a.py', 'package.json', 'requirements.txt', 'b.json', 'index.html')
  return fc.assert(
    fc.asyncProperty(fc.dictionary(path, text), said, async (files, output) => {
      const remedy = await rule.diagnose(viewOf(files, output))
      for (const { file } of remedy?.fixes ?? []) if (!Object.hasOwn(files, file)) throw new Error(`a fix of ${file}`)
      if (remedy !== null && remedy.fixes.length + remedy.commands.length === 0) throw new Error('it does nothing')
    }),
    { numRuns: 150 },
  )
}
