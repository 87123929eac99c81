// Asks a model what failures come from: it sees what failed, the places that are named there, and what was tried before.
import { quote } from '../context/quote.ts'
import { ANALYSIS_SCHEMA } from '../healing/analysis-schema.ts'
import { triedLines } from '../healing/escalation.ts'
import { saidBy } from '../healing/rule.ts'
import { ModelError } from '../ports/models.ts'
import type { ModelErrorKind } from '../ports/models.ts'
import type { CheckReport } from '../vocabulary/check.ts'
import type { FailureAnalysis, HealRound } from '../vocabulary/healing.ts'
import type { Plan } from '../vocabulary/plan.ts'
import { askForObject } from './ask.ts'
import { taskPackOf } from './context.ts'
import type { ProjectFiles } from './heal-files.ts'
import { projectFiles } from './heal-files.ts'
import { withoutSecretsOf } from './redaction.ts'
import type { Run } from './run.ts'
import { splitParts } from './split-off.ts'
import { narrowPrompt } from './task-pack.ts'
import type { Workshop } from './workshop.ts'

const NAMED_FILES = 12
const LINES_AROUND = 60
const WHOLE_LINES = 300
const CODE_CHARACTERS = 60_000
const OUTPUT_CHARACTERS = 8_000

/** The model can't, whoever asks it again: somebody else may. What else goes wrong ends the attempt, as with every other call. */
const NO_ANSWER: ReadonlySet<ModelErrorKind> = new Set(['malformed', 'unsupported', 'bad_request', 'timeout'])

export type Analysed = { readonly analysis: FailureAnalysis } | { readonly problem: string }

/** Recorded either way: a resumed task does not ask again and is not told otherwise. */
export async function analyseFailures(
  run: Run,
  workshop: Workshop,
  key: string,
  about: { readonly failed: readonly CheckReport[]; readonly plan: Plan; readonly rounds: readonly HealRound[] },
): Promise<Analysed> {
  const step = `${key}/analysis`
  const none = `${step}/none`
  const said = { agent: 'analyst', title: 'No analysis' } as const
  if (run.journal.has(none)) return run.journal.step(none, said, async () => ({ output: { problem: '' } }))
  const question = {
    step,
    title: 'Analyse the failures',
    role: 'analyst',
    subject: 'analysis',
    tier: 'main',
    system: run.promptPack.system('analyst', about.plan.kind),
  } as const
  const prompt = run.journal.has(step) ? '' : await promptOf(run, workshop, about)
  try {
    return { analysis: await askForObject(run, question, prompt, ANALYSIS_SCHEMA, 'analysis') }
  } catch (error) {
    if (!(error instanceof ModelError) || !NO_ANSWER.has(error.kind) || run.signal.aborted) throw error
    const problem = `the model gave no analysis that could be used (${error.kind})`
    return run.journal.step(none, said, async () => ({ output: { problem } }))
  }
}

async function promptOf(
  run: Run,
  workshop: Workshop,
  { failed, rounds }: { readonly failed: readonly CheckReport[]; readonly rounds: readonly HealRound[] },
): Promise<string> {
  const files = await projectFiles(workshop)
  const code = await codeOf(files, failed)
  const tried = triedLines(rounds)
  return [
    narrowPrompt({ ...taskPackOf(run, splitParts(run)), readings: [] }),
    ...failed.map(({ check, reason, output, command }) =>
      [
        `The check ${check} failed${command === null ? '' : ` (${command.slice(0, 300)})`}. ${reason ?? ''}`,
        quote('output', output.slice(-OUTPUT_CHARACTERS)),
      ].join('\n'),
    ),
    'Files of the project:',
    quote('files', files.paths.slice(0, 300).join('\n')),
    'Each line of code has its number and a bar in front, which are no part of it:',
    await withoutSecretsOf(run, code, 'the files'),
    ...(tried.length === 0 ? [] : [`Tried before, without success:\n${quote('findings', tried.join('\n'))}`]),
  ].join('\n\n')
}

/** The files that the failures name, whole where they are short, else around the lines that are named. */
async function codeOf(files: ProjectFiles, failed: readonly CheckReport[]): Promise<string> {
  const parts: string[] = []
  let left = CODE_CHARACTERS
  for (const [path, lines] of namedPlaces(files.paths, failed).slice(0, NAMED_FILES)) {
    const text = await files.read(path)
    if (text === null) continue
    const shown = numbered(text, lines).slice(0, left)
    left -= shown.length
    parts.push(quote('file', shown, { path }))
    if (left <= 0) break
  }
  return parts.join('\n')
}

/** Paths with the lines that are named of them: findings first, then whatever the output speaks of, then what lies beside a test. */
function namedPlaces(
  paths: readonly string[],
  failed: readonly CheckReport[],
): readonly (readonly [string, readonly number[]])[] {
  const places = new Map<string, Set<number>>()
  const note = (path: string, line: number | null): void => {
    const lines = places.get(path) ?? new Set()
    if (line !== null) lines.add(line)
    places.set(path, lines)
  }
  for (const { file, line } of failed.flatMap(({ findings = [] }) => findings)) {
    if (file !== null && paths.includes(file)) note(file, line)
  }
  const said = saidBy(failed)
  for (const path of paths) {
    for (let at = said.indexOf(path); at !== -1; at = said.indexOf(path, at + path.length)) {
      const [, line] = /^(?::|", line )(\d{1,7})/.exec(said.slice(at + path.length, at + path.length + 20)) ?? []
      note(path, line === undefined ? null : Number(line))
    }
  }
  const stems = new Set([...places.keys()].map(stemOf))
  for (const path of paths) if (!places.has(path) && stems.has(stemOf(path))) note(path, null)
  // In a small project everything may matter.
  if (paths.length <= NAMED_FILES) for (const path of paths) note(path, null)
  return [...places].map(([path, lines]) => [path, [...lines]] as const)
}

function stemOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return name.replace(/(?:[._-](?:test|spec))?\.\w+$/, '').replace(/^test_|_test$/g, '')
}

function numbered(text: string, lines: readonly number[]): string {
  const all = text.split('\n').map((line, index) => `${index + 1}|${line.replace(/\r$/, '')}`)
  if (all.length <= WHOLE_LINES || lines.length === 0) return all.slice(0, WHOLE_LINES).join('\n')
  return all.filter((_, index) => lines.some((line) => Math.abs(line - 1 - index) <= LINES_AROUND)).join('\n')
}
