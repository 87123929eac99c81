// The known patterns, in the order in which they are looked for: each recognises one kind of failure and mends it without a model.
import type { Remedy, Rule, RuleView } from './rule.ts'
import { javascriptSyntax } from './rules/javascript-syntax.ts'
import { jsonSyntax } from './rules/json-syntax.ts'
import { missingDependency } from './rules/missing-dependency.ts'
import { missingImport } from './rules/missing-import.ts'
import { portTaken } from './rules/port-taken.ts'
import { pythonSyntax } from './rules/python-syntax.ts'
import { wrongPath } from './rules/wrong-path.ts'

/** What can't be read comes before what can't be found, and what stands in the project before what would have to be fetched. */
const RULES: readonly Rule[] = [
  jsonSyntax,
  pythonSyntax,
  javascriptSyntax,
  wrongPath,
  missingImport,
  portTaken,
  missingDependency,
]

/** What the first rule says that recognises something; null where none does. */
export async function remedyFor(view: RuleView): Promise<(Remedy & { readonly rule: string }) | null> {
  if (view.failed.length === 0) return null
  for (const rule of RULES) {
    const remedy = await rule.diagnose(view)
    if (remedy !== null) return { rule: rule.name, ...remedy }
  }
  return null
}
