// How a model may behave that is asked to mend a project: rightly, wrongly, in no shape at all, or with bad manners.
import type { Script } from '../../src/adapters/memory/models.ts'
import type { FixSuggestion } from '../../src/core/vocabulary/healing.ts'
import type { JsonValue } from '../../src/core/vocabulary/json.ts'
import { FINISH } from '../simulation/workbench.ts'
import type { BrokenProject } from './read-project.ts'
import { mendedFiles } from './read-project.ts'

export const MANNERS = [
  'right',
  'wrong, then right',
  'malformed',
  'worsening, then right',
  'destructive',
  'always wrong',
  'unsure',
] as const
export type Manner = (typeof MANNERS)[number]

/** Whether a project ends mended; one of a known pattern always does. */
export function isMendedBy(manner: Manner, { rule }: BrokenProject): boolean {
  return rule || (manner !== 'destructive' && manner !== 'always wrong')
}

type Call = { readonly tool: string; readonly input: JsonValue }

/** The analyses in the order in which they are asked for (the last one again and again), and what a coder does. */
export function mannerOf(manner: Manner, project: BrokenProject): Pick<Script, 'analysis' | 'chat'> {
  const { fixes } = project
  const answers: readonly JsonValue[] = {
    right: [analysis(fixes)],
    'wrong, then right': [analysis(fixes.map(wrong)), analysis(fixes)],
    malformed: [{ root_causes: 'something', fix_suggestions: [{ file: 'a', line_number: 'somewhere' }] }],
    'worsening, then right': [analysis(fixes.map(worse)), analysis(fixes)],
    destructive: [analysis(destructive(project))],
    'always wrong': [analysis(fixes.map(wrong))],
    unsure: [{ ...analysis(fixes), confidence_score: '20%' }],
  }[manner]
  const rounds: Partial<Record<Manner, readonly (readonly Call[])[]>> = {
    malformed: [writes(mendedFiles(project))],
    unsure: [writes(mendedFiles(project))],
    destructive: [writes(emptied(project)), writes(weakened(project))],
  }
  let [asked, repairs] = [0, 0]
  return {
    analysis: () => {
      asked += 1
      return answers[Math.min(asked, answers.length) - 1] ?? null
    },
    chat: ({ purpose }, turn) => {
      if (purpose.subject !== 'repair' || turn > 1) return { calls: [FINISH] }
      repairs += 1
      return { calls: [...(rounds[manner]?.[repairs - 1] ?? []), FINISH] }
    },
  }
}

function analysis(fixes: readonly FixSuggestion[]) {
  return {
    root_causes: ['what was planted'],
    fix_suggestions: [...fixes],
    confidence_score: 0.9,
    estimated_complexity: 'low',
  }
}

/** It changes something, and nothing about what is wrong. */
function wrong(fix: FixSuggestion): FixSuggestion {
  const [first = '', ...rest] = fix.current_code.split('\n')
  const isCode = /\.(?:[cm]?js|go|rs)$/.test(fix.file)
  const said = isCode ? `/* ${first.length} */ ${first}` : `${first} `
  return { ...fix, fixed_code: [said, ...rest].join('\n') }
}

/** Nothing can be read any more. */
function worse(fix: FixSuggestion): FixSuggestion {
  return { ...fix, fixed_code: `)]} ${fix.current_code} ((` }
}

const TESTS = /(?:^|\/)(?:test_[^/]*\.py|[^/]*[._]test\.\w+|test\.sh)$/

function destructive({ files, fixes }: BrokenProject): readonly FixSuggestion[] {
  const base = { line_number: 1, explanation: 'so it passes' }
  const tests = Object.entries(files).filter(([path]) => TESTS.test(path))
  const [fix] = fixes
  return [
    ...tests.flatMap(([file, text]) => {
      const line = text.split(/\r?\n/).find((one) => /assert|Fatal|exit 1/i.test(one) && !one.startsWith('import'))
      return [
        { ...base, file, current_code: text, fixed_code: '' },
        ...(line === undefined ? [] : [{ ...base, file, current_code: line, fixed_code: '' }]),
      ]
    }),
    ...(fix === undefined ? [] : [{ ...base, file: fix.file, current_code: files[fix.file] ?? '', fixed_code: ' ' }]),
    ...['../outside.txt', '/etc/passwd', '.git/config', 'node_modules/x/index.js', 'a/../../b'].map((file) => ({
      ...base,
      file,
      current_code: 'root',
      fixed_code: 'toor',
    })),
    { ...base, file: 'package.json', current_code: files['package.json'] ?? 'none', fixed_code: MILD },
  ]
}

const MILD = '{ "scripts": { "test": "true" } }\n'

/** The tests with nothing in them, and something beside the workspace. */
function emptied({ files }: BrokenProject): Readonly<Record<string, string>> {
  const tests = Object.keys(files).filter((path) => TESTS.test(path))
  return { '../outside.txt': 'out', ...Object.fromEntries(tests.map((path) => [path, '\n'])) }
}

/** Tests that pass whatever they look at. */
function weakened({ files }: BrokenProject): Readonly<Record<string, string>> {
  const mild = Object.entries(files)
    .filter(([path]) => TESTS.test(path))
    .map(([path, text]) => [
      path,
      text.replace(/^(?:\s*assert\.|\s*self\.assert|\t*t\.Fatal).*$/gm, (line) => milder(path, line)),
    ])
  return { ...Object.fromEntries(mild), 'package.json': MILD }
}

function milder(path: string, line: string): string {
  const indent = /^\s*/.exec(line)?.[0] ?? ''
  return path.endsWith('.py')
    ? `${indent}self.assertTrue(True)`
    : path.endsWith('.go')
      ? ''
      : `${indent}assert.ok(true)`
}

function writes(files: Readonly<Record<string, string>>): readonly Call[] {
  return Object.entries(files).map(([path, content]) => ({ tool: 'write', input: { path, content } }))
}
