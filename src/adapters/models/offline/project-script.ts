// Turns a recipe's project into the crew's plan, and into what each agent does for its part of that plan.
import type { Plan, Subtask } from '../../../core/vocabulary/plan.ts'
import type { Project, RecipeName, SourceFile } from './project.ts'
import type { Call, CallResult, Script, Step } from './script.ts'
import { lastLines } from './script.ts'

const FIRST_PORT = 8000
const PORTS_TO_TRY = 3
/** Files that say something about a project without being it: kept where they exist, never a reason to move. */
const LEFT_ALONE = new Set(['README.md', '.gitignore'])

export function planProject(recipe: RecipeName, project: Project): Plan {
  const files: Subtask = {
    id: `${recipe}-files`,
    title: 'Write the program',
    role: 'coder',
    instructions: `${project.summary} Files: ${names(project.files)}.`,
    acceptance: project.acceptance.files,
    depends_on: [],
  }
  const tests: Subtask = {
    id: `${recipe}-tests`,
    title: 'Write and run the tests',
    role: 'tester',
    instructions: `Write ${names(project.tests)} and run \`${project.testCommand}\`.`,
    acceptance: project.acceptance.tests,
    depends_on: [files.id],
  }
  const serve: Subtask = {
    id: `${recipe}-serve`,
    title: 'Start it for the preview',
    role: 'executor',
    instructions: 'Serve it and see that it answers.',
    acceptance: project.acceptance.serve,
    depends_on: [files.id, tests.id],
  }
  return { summary: project.summary, subtasks: project.serve === null ? [files, tests] : [files, tests, serve] }
}

/** What the agent of `subject` does; null when the plan has no such subtask. `existing` are the workspace's files before it begins. */
export function scriptProject(
  recipe: RecipeName,
  project: Project,
  subject: string,
  existing: ReadonlySet<string>,
): Script | null {
  switch (subject) {
    case `${recipe}-files`:
      return writeFiles(project, folderForNew(project, existing), existing)
    case `${recipe}-tests`:
      return writeTests(project, folderOf(project, existing))
    case `${recipe}-serve`:
      return serveProject(project, folderOf(project, existing))
    default:
      return null
  }
}

function writeFiles(project: Project, folder: string, existing: ReadonlySet<string>): Script {
  const files = project.files.filter(({ path }) => !(LEFT_ALONE.has(path) && existing.has(folder + path)))
  const verify = inFolder(folder, project.verifyCommand)
  return {
    steps: [
      { say: `I write the program: ${names(files)}.`, calls: files.map((file) => write(folder, file)) },
      { say: 'I check that it can be read.', calls: [shell(verify)], onFailure: rewriteThen(files, folder, verify) },
    ],
    finish: () => ({
      summary:
        folder === '' ? project.summary : `${project.summary} It is in ${folder}, since the workspace was not empty.`,
      evidence: [`Wrote ${files.map(({ path }) => folder + path).join(', ')}`, `\`${verify}\`: exit code 0`],
    }),
  }
}

function writeTests(project: Project, folder: string): Script {
  const command = inFolder(folder, project.testCommand)
  return {
    steps: [
      { say: `I write the tests: ${names(project.tests)}.`, calls: project.tests.map((file) => write(folder, file)) },
      {
        say: 'I run them.',
        calls: [shell(command)],
        onFailure: rewriteThen(
          [...project.files.filter(({ path }) => !LEFT_ALONE.has(path)), ...project.tests],
          folder,
          command,
        ),
      },
    ],
    finish: (results) => ({
      summary: `The tests pass (\`${command}\`).`,
      evidence: [`\`${command}\`: ${testCount(results)}`],
    }),
  }
}

/** A first failure may come from a file that was left half-written or changed since: write the own files again and try once more. */
function rewriteThen(
  files: readonly SourceFile[],
  folder: string,
  command: string,
): (failed: readonly CallResult[]) => Step {
  return (failed) => ({
    say: `\`${command}\` failed (${lastLines(failed[0]?.output ?? '', 1)}). I write the files once more and try again.`,
    calls: files.map((file) => write(folder, file)),
    onFailure: () => null,
    next: { say: 'Once more.', calls: [shell(command)], onFailure: () => null },
  })
}

function serveProject({ serve }: Project, folder: string): Script | null {
  return serve === null ? null : serveScript(serve, folder)
}

/** Starts a server on the first port that is free, and asks it once. `folder` is empty or ends with a slash. */
export function serveScript(serve: NonNullable<Project['serve']>, folder: string): Script {
  const serveStep = (port: number): Step => ({
    say: port === FIRST_PORT ? 'I start it.' : `Port ${port - 1} is taken; I try ${port}.`,
    calls: [{ tool: 'serve', input: { command: inFolder(folder, serve.command(port)), port } }],
    onFailure: (failed) => {
      const taken = failed.some(({ output }) => /EADDRINUSE|address already in use/i.test(output))
      return taken && port + 1 < FIRST_PORT + PORTS_TO_TRY ? serveStep(port + 1) : null
    },
  })
  return {
    steps: [
      serveStep(FIRST_PORT),
      (done) => ({ say: 'I look whether it answers.', calls: [shell(serve.probe(portServed(done)))] }),
    ],
    finish: (results) => {
      const answer = lastLines(results.at(-1)?.output ?? '', 1)
      return {
        summary: `It is running on port ${portServed(results)}.`,
        evidence: [`Asked on port ${portServed(results)}, it answered: ${answer}`],
      }
    },
  }
}

function portServed(results: readonly CallResult[]): number {
  const port = results.findLast(({ call }) => call.tool === 'serve')?.call.input['port']
  return typeof port === 'number' ? port : FIRST_PORT
}

function testCount(results: readonly CallResult[]): string {
  const output = results.at(-1)?.output ?? ''
  const passed = /^[#ℹ]\s*pass (\d+)/m.exec(output)?.[1] ?? /^Ran (\d+) tests?/m.exec(output)?.[1]
  return passed === undefined ? 'exit code 0' : `exit code 0, ${passed} tests pass`
}

function folderForNew(project: Project, existing: ReadonlySet<string>): string {
  const collides = [...project.files, ...project.tests].some(({ path }) => !LEFT_ALONE.has(path) && existing.has(path))
  return collides ? `${project.folder}/` : ''
}

/** Where an earlier subtask put the project: its own folder when the main file is there. */
function folderOf(project: Project, existing: ReadonlySet<string>): string {
  const inOwnFolder = project.files.every(
    ({ path }) => LEFT_ALONE.has(path) || existing.has(`${project.folder}/${path}`),
  )
  return inOwnFolder && existing.size > 0 ? `${project.folder}/` : ''
}

function inFolder(folder: string, command: string): string {
  return folder === '' ? command : `cd ${folder} && ${command}`
}

function write(folder: string, file: SourceFile): Call {
  return { tool: 'write', input: { path: folder + file.path, content: file.content } }
}

export function shell(command: string, timeoutSeconds = 60): Call {
  return { tool: 'shell', input: { command, timeout_seconds: timeoutSeconds } }
}

function names(files: readonly SourceFile[]): string {
  return files.map(({ path }) => path).join(', ')
}
