// TypeScript's own type checker: one configuration, or several that a project refers to.
import { isRecord } from '../manifest.ts'
import { tscFindings } from '../outputs/place-lines.ts'
import type { Project } from '../project.ts'
import type { Runner, Wanted } from '../runner.ts'
import { mattersTo, notInstalled, quoted, TEST_MS } from './limits.ts'

const CONFIG = /(?:^|\/)tsconfig(?:\.[\w-]+)?\.json$/
const MOST_PARTS = 6
const PLAIN_PATH = /^[\w@.+-]+(?:\/[\w@.+-]+)*$/
/** Names under which projects keep their own way to check types. */
const SCRIPTS = ['typecheck', 'type-check', 'check-types', 'types', 'tsc']

export const tsc: Runner = {
  name: 'tsc',
  kind: 'types',
  scope: 'project',
  reads: (path) => CONFIG.test(path),
  detect: (project) => {
    if (!project.files.includes('tsconfig.json')) return []
    if (!project.tools.has('tsc')) return [{ type: 'skip', reason: notInstalled('tsc') }]
    const own = SCRIPTS.find((name) => isPlainTsc(project.manifest.scripts, name))
    if (own !== undefined) return [wanted(`node --run ${own}`)]
    return references(project).length === 0 ? [wanted(plain(project, 'tsconfig.json'))] : ofReferences(project)
  },
  parse: (raw) => ({ findings: tscFindings(raw) }),
  watches: mattersTo('javascript'),
}

function wanted(command: string, part?: string): Wanted {
  return { type: 'command', command, timeoutMs: TEST_MS, ...(part === undefined ? {} : { part }) }
}

/** A script that checks types once and ends; what watches or emits is no check. */
function isPlainTsc(scripts: Readonly<Record<string, string>>, name: string): boolean {
  const script = Object.hasOwn(scripts, name) ? (scripts[name] ?? '') : ''
  return (
    /^tsc\b/.test(script.trim()) && /--noEmit\b|-b\b|--build\b/.test(script) && !/--watch\b|\s-w\b|[|;]/.test(script)
  )
}

/** What an incremental check remembers is not left among the files. */
function plain(project: Project, path: string): string {
  const options = optionsOf(project, path)
  const remembers = options['incremental'] === true && options['composite'] !== true
  return remembers ? 'tsc --noEmit --tsBuildInfoFile "$TMPDIR/tsbuildinfo"' : 'tsc --noEmit'
}

/** A configuration that only refers to others checks nothing by itself. */
function ofReferences(project: Project): readonly Wanted[] {
  const refs = references(project)
  const composite = refs.some(
    (path) => optionsOf(project, path)['composite'] === true && optionsOf(project, path)['noEmit'] !== true,
  )
  // Parts that build on each other have to be built in their order.
  if (composite) return [wanted('tsc -b')]
  const root = configOf(project, 'tsconfig.json')
  const isEmpty = Array.isArray(root['files']) && root['files'].length === 0 && !('include' in root)
  const parts = refs.slice(0, MOST_PARTS).map((path) => wanted(`tsc --noEmit -p ${quoted(path)}`, path))
  const beyond: Wanted[] =
    refs.length > MOST_PARTS
      ? [
          {
            type: 'skip',
            part: 'more parts',
            reason: `Only the first ${MOST_PARTS} of ${refs.length} configurations are checked.`,
          },
        ]
      : []
  return [...(isEmpty ? [] : [wanted(plain(project, 'tsconfig.json'))]), ...parts, ...beyond]
}

/** Paths of configurations relative to the project, those that are there. */
function references(project: Project): readonly string[] {
  const list = configOf(project, 'tsconfig.json')['references']
  const all = Array.isArray(list) ? list : []
  const paths = all.flatMap((one: unknown) => {
    const path =
      isRecord(one) && typeof one['path'] === 'string' ? one['path'].replace(/^\.\//, '').replace(/\/$/, '') : ''
    if (!PLAIN_PATH.test(path) || path.split('/').includes('..')) return []
    return [path.endsWith('.json') ? path : `${path}/tsconfig.json`]
  })
  return [...new Set(paths)].filter(
    (path) => project.files.includes(path) || project.inner.some((inner) => path.startsWith(`${inner}/`)),
  )
}

function optionsOf(project: Project, path: string): Readonly<Record<string, unknown>> {
  const options = configOf(project, path)['compilerOptions']
  return isRecord(options) ? options : {}
}

function configOf(project: Project, path: string): Readonly<Record<string, unknown>> {
  const text = project.text(path)
  if (text === null) return {}
  try {
    const parsed: unknown = JSON.parse(withoutComments(text))
    return isRecord(parsed) ? parsed : {}
  } catch {
    return {}
  }
}

/** These files may hold comments and trailing commas. */
function withoutComments(text: string): string {
  const kept = text.replace(
    /("(?:[^"\\\n]|\\.)*")|\/\/[^\n]*|\/\*[^]*?\*\//g,
    (_, literal: string | undefined) => literal ?? ' ',
  )
  return kept.replace(/("(?:[^"\\\n]|\\.)*")|,(?=\s*[\]}])/g, (_, literal: string | undefined) => literal ?? '')
}
