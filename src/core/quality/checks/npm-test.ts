// The project's own test script: whatever it is, its exit code is the verdict.
import type { Finding } from '../../vocabulary/check.ts'
import { testScriptOf } from '../manifest.ts'
import { foundNoTests } from '../outputs/vitest-output.ts'
import { nodeTestCount } from '../outputs/node-test-output.ts'
import { scriptFindings } from '../outputs/script-output.ts'
import { unittestCount } from '../outputs/unittest-output.ts'
import type { Project } from '../project.ts'
import type { RawOutput, Runner } from '../runner.ts'
import { SEVERAL_STEPS } from '../several-steps.ts'
import { everything, TEST_MS } from './limits.ts'

/** One command of a script that can't fail, or that fails whatever the program does. */
const TESTS_NOTHING =
  /^(?:true|:|exit(?: 0)?|echo\b[^|&;<>`$]*|printf\b[^|&;<>`$]*|sleep [\d.]+|node (?:-e|--eval) (?:''|""|'process\.exit\(0?\)'|"process\.exit\(0?\)"))$/
const SWALLOWS = /\|\|\s*(?:true|:|exit 0|echo\b[^|&;]*)\s*$|;\s*(?:true|:|exit 0)\s*$/
const WORKSPACES =
  /(?:^|\s)(?:-ws|--workspaces|--workspace[ =]|-w )|\b(?:turbo|lerna|nx|wsrun|ultra)\b|\bpnpm\b.*(?:-r\b|--recursive|--filter)|\byarn workspaces\b/

export const npmTest: Runner = {
  name: 'npm test',
  kind: 'tests',
  scope: 'project',
  detect: (project) => {
    const script = testScriptOf(project.manifest)
    if (script === null || isCoveredByRoot(project)) return []
    // `node --run` runs the script the way npm does but needs no npm; its own pre and post scripts are npm's alone.
    const { scripts } = project.manifest
    const wrapped = Object.hasOwn(scripts, 'pretest') || Object.hasOwn(scripts, 'posttest')
    const command = wrapped && project.tools.has('npm') ? 'npm test --silent' : 'node --run test'
    const notes = notesOn(script, project)
    return [
      {
        type: 'command',
        command,
        timeoutMs: TEST_MS,
        parse: (raw) => ({ findings: [...scriptFindings(raw), ...notes, ...notesOf(raw)] }),
      },
    ]
  },
  parse: (raw) => ({ findings: [...scriptFindings(raw), ...notesOf(raw)] }),
  watches: everything,
}

/** Whether the root's own script says that it tests this project as well. */
export function isCoveredByRoot({ folder, root }: Project): boolean {
  if (folder === '') return false
  const script = testScriptOf(root.manifest)
  if (script === null) return false
  const all = [script, ...Object.values(root.manifest.scripts)].join('\n')
  if ('workspaces' in root.manifest.all || root.files.includes('pnpm-workspace.yaml'))
    if (WORKSPACES.test(all)) return true
  return new RegExp(
    `(?:--prefix|-C|--cwd|--workspace|-w|cd)[ =](?:\\./)?${folder.replaceAll(/[.*+?^$(){}|[\]\\]/g, '\\$&')}(?:[/\\s;&]|$)`,
    'm',
  ).test(all)
}

function notesOn(script: string, project: Project): readonly Finding[] {
  const steps = script
    .split(/&&|;|\|\||\n/)
    .map((step) => step.trim())
    .filter((step) => step !== '')
  if (steps.every((step) => TESTS_NOTHING.test(step)))
    return [note(project, 'tests-nothing', `The test script tests nothing: ${script}`)]
  const notes: Finding[] = []
  if (SWALLOWS.test(script))
    notes.push(note(project, 'cannot-fail', `The test script passes whatever its tests say: ${script}`))
  // What comes after a step that failed did not run, so nobody knows of it.
  if (steps.length > 1)
    notes.push(
      note(
        project,
        SEVERAL_STEPS,
        'The test script runs several commands; those behind the first that fails do not run.',
      ),
    )
  return notes
}

function notesOf(raw: RawOutput): readonly Finding[] {
  const ranNothing = nodeTestCount(raw) === 0 || unittestCount(raw) === 0 || foundNoTests(raw)
  return ranNothing
    ? [
        {
          file: 'package.json',
          line: null,
          rule: 'no-tests',
          message: 'The test script ran no test.',
          severity: 'note',
        },
      ]
    : []
}

function note(project: Project, rule: string, message: string): Finding {
  const lines = (project.text('package.json') ?? '').split('\n')
  const at = lines.findIndex((line) => /"test"\s*:/.test(line))
  return { file: 'package.json', line: at === -1 ? null : at + 1, rule, message, severity: 'note' }
}
