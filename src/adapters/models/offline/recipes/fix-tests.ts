// Recipe: mends the failing tests of a given workspace by a search for a small change (repair/search.ts), run in the sandbox.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { shell } from '../project-script.ts'
import type { Recipe } from '../recipe.ts'
import type { CallResult, Ending, Script } from '../script.ts'
import { lastLines } from '../script.ts'

/** Of the sandbox: beside the workspace, never in it. Written out, so that what is run there can be told from the command. */
const FOLDER = '/tmp/test-repair'
const PARTS = ['tokens.ts', 'mutations.ts', 'test-run.ts', 'search.ts']
const SEARCH_SECONDS = 180
const REPORT = z.object({
  result: z.enum(['fixed', 'green', 'none', 'no_tests']),
  command: z.string().nullable(),
  changes: z.array(z.object({ file: z.string(), line: z.number(), before: z.string(), after: z.string() })),
  tried: z.number(),
})

export const fixTests: Recipe = {
  plan: () => ({
    summary: 'Run the tests, and search for a small change to the program that makes them pass.',
    subtasks: [
      {
        id: 'fix-tests-search',
        title: 'Find what is wrong',
        role: 'coder',
        instructions:
          'Run the tests; where some fail, try small changes to the program until all pass. Never change the tests.',
        acceptance: ['All tests pass', 'No test was changed'],
        depends_on: [],
      },
      {
        id: 'fix-tests-confirm',
        title: 'Run all tests once more',
        role: 'tester',
        instructions: 'Run the whole test suite as it stands.',
        acceptance: ['All tests pass'],
        depends_on: ['fix-tests-search'],
      },
    ],
  }),
  script: ({ subject }) => {
    if (subject === 'fix-tests-search') return searchScript()
    return subject === 'fix-tests-confirm' ? confirmScript() : null
  },
}

/** Puts the search into the sandbox's temporary folder and runs it. */
export function searchScript(): Script {
  return {
    steps: [
      { say: 'I get the search ready, outside of the workspace.', calls: [shell(installation())] },
      {
        say: 'I run the tests and search for a small change that makes them pass.',
        calls: [shell(`node ${FOLDER}/search.ts --seconds ${SEARCH_SECONDS}`, SEARCH_SECONDS + 60)],
      },
    ],
    finish: (results) => describeReport(results),
  }
}

function confirmScript(): Script {
  return {
    steps: [
      { say: 'I get the search ready: it knows how the tests are run.', calls: [shell(installation())] },
      { say: 'I run all tests.', calls: [shell(`node ${FOLDER}/search.ts --only-test`, 120)], onFailure: () => null },
    ],
    finish: (results) => ({ summary: 'All tests pass.', evidence: [lastLines(results.at(-1)?.output ?? '', 1)] }),
  }
}

function describeReport(results: readonly CallResult[]): Ending {
  const line = /^REPAIR (\{.*\})$/m.exec(results.at(-1)?.output ?? '')?.[1]
  const report = line === undefined ? null : REPORT.safeParse(JSON.parse(line))
  if (report === null || !report.success)
    return {
      summary: 'This is not done: the search gave no report.',
      evidence: [lastLines(results.at(-1)?.output ?? '')],
    }
  const { result, command, changes, tried } = report.data
  const ran = `\`${command ?? ''}\``
  switch (result) {
    case 'fixed': {
      const told = changes.map(({ file, line: at, before, after }) => `${file}:${at}: “${before}” became “${after}”`)
      return {
        summary: `All tests pass: ${told.join('; ')}.`.slice(0, 900),
        evidence: [`${ran} passes after ${tried} changes were tried`, ...told.map((change) => change.slice(0, 300))],
      }
    }
    case 'green':
      return { summary: 'All tests passed already; nothing was changed.', evidence: [`${ran}: all pass`] }
    case 'none':
      return {
        summary: `This is not done: ${tried} small changes were tried and none makes all tests pass; the files are as they were. It takes a model to go further.`,
        evidence: [`${ran} still fails`],
      }
    case 'no_tests':
      return {
        summary:
          'This is not done: the workspace has no tests that I know how to run (node --test, npm test, unittest, pytest).',
        evidence: [],
      }
  }
}

let installing: string | null = null

function installation(): string {
  installing ??= [
    `mkdir -p ${FOLDER}`,
    `printf '{"type":"module"}' > ${FOLDER}/package.json`,
    ...PARTS.map((name) => {
      const source = readFileSync(new URL(`../repair/${name}`, import.meta.url), 'utf8').trimEnd()
      return `cat > ${FOLDER}/${name} <<'END_OF_${name.toUpperCase().replaceAll(/\W/g, '_')}'\n${source}\nEND_OF_${name.toUpperCase().replaceAll(/\W/g, '_')}`
    }),
  ].join('\n')
  return installing
}
