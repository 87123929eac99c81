// Dependencies as manifests and lock files name them: that they agree, and that what is installed comes from where it should. Needs no network.
import type { Finding } from '../../vocabulary/check.ts'
import { isRecord } from '../manifest.ts'
import type { Project } from '../project.ts'
import type { Runner } from '../runner.ts'

const READ = /(?:^|\/)(?:package\.json|package-lock\.json|npm-shrinkwrap\.json|requirements[\w.-]*\.txt)$/
const KINDS = ['dependencies', 'devDependencies', 'optionalDependencies'] as const
const MOST_NAMED = 10

export const lockFile: Runner = {
  name: 'lock file',
  kind: 'dependencies',
  scope: 'project',
  reads: (path) => READ.test(path) && !path.includes('node_modules/'),
  detect: (project) => {
    const isNode =
      project.files.includes('package.json') &&
      project.manifest.problem === null &&
      KINDS.some((kind) => kind in project.manifest.all)
    const requirements = project.files.filter(
      (path) => /^requirements[\w.-]*\.txt$/.test(path) && project.text(path) !== null,
    )
    const hasLock = project.files.some((path) => /^(?:package-lock|npm-shrinkwrap)\.json$/.test(path))
    if (!(isNode || hasLock) && requirements.length === 0) return []
    return [
      {
        type: 'look',
        look: () => ({
          findings: [
            ...(isNode || hasLock ? nodeFindings(project) : []),
            ...requirements.flatMap((path) => requirementFindings(path, project.text(path) ?? '')),
          ],
        }),
      },
    ]
  },
  parse: () => ({ findings: [] }),
  watches: (path) => READ.test(path),
}

function nodeFindings(project: Project): readonly Finding[] {
  const own = KINDS.flatMap((kind) =>
    entriesOf(project.manifest.all[kind]).map(([name, range]) => ({ kind, name, range })),
  )
  const lineOf = lineFinder(project.text('package.json') ?? '')
  const place = (name: string) => ({ file: 'package.json', line: lineOf(quotedName(name)) })
  const sources = own.flatMap(({ name, range }): readonly Finding[] => {
    if (/^(?:http:|git\+http:|git:)/.test(range))
      return [
        {
          ...place(name),
          rule: 'insecure-source',
          message: `${name} is fetched without encryption: anybody on the way can change it.`,
          severity: 'error',
        },
      ]
    if (/^(?:git|github:|gitlab:|bitbucket:|https?:|[\w.-]+\/[\w.-]+(?:#|$))/.test(range))
      return [
        {
          ...place(name),
          rule: 'source-beside-registry',
          message: `${name} does not come from the registry: ${shown(range)}.`,
          severity: 'warning',
        },
      ]
    if (/^(?:file:|link:)\//.test(range))
      return [
        {
          ...place(name),
          rule: 'source-of-machine',
          message: `${name} lies on one machine alone: ${shown(range)}.`,
          severity: 'error',
        },
      ]
    if (/^(?:\*|latest|x|>=?\s*0?)?$/.test(range.trim()))
      return [
        {
          ...place(name),
          rule: 'unpinned',
          message: `${name} has no version: it is another one with each day.`,
          severity: 'note',
        },
      ]
    return []
  })
  return [...sources, ...lockFindings(project, own), ...scriptFindings(project)]
}

type Wanted = { readonly kind: string; readonly name: string; readonly range: string }

function lockFindings(project: Project, own: readonly Wanted[]): readonly Finding[] {
  const path = ['npm-shrinkwrap.json', 'package-lock.json'].find((name) => project.files.includes(name))
  if (path === undefined) return []
  const text = project.text(path)
  // Too large to be read here: npm itself compares them when it installs.
  if (text === null) return []
  const about = (rule: string, message: string, severity: Finding['severity'] = 'error'): Finding => ({
    file: path,
    line: null,
    rule,
    message,
    severity,
  })
  const lock = parsed(text)
  if (lock === null) return [about('syntax', 'It is no JSON object.')]
  const packages = isRecord(lock['packages']) ? lock['packages'] : null
  if (packages === null)
    return [about('old-lock', 'It is of a version of npm that is not maintained any more.', 'note')]
  const root = isRecord(packages['']) ? packages[''] : {}
  const known = new Map(
    KINDS.flatMap((kind) => entriesOf(root[kind]).map(([name, range]) => [`${kind} ${name}`, range])),
  )
  const wanted = new Map(own.map(({ kind, name, range }) => [`${kind} ${name}`, range]))
  const differ = [
    ...[...wanted].filter(([key, range]) => known.get(key) !== range),
    ...[...known].filter(([key]) => !wanted.has(key)),
  ].map(([key]) => key.slice(key.indexOf(' ') + 1))
  const missing = own
    .filter(({ kind, name }) => kind !== 'optionalDependencies' && !Object.hasOwn(packages, `node_modules/${name}`))
    .map(({ name }) => name)
  const names = [...new Set([...differ, ...missing])]
  return [
    ...(names.length === 0
      ? []
      : [
          about(
            'lock-differs',
            `It does not agree with package.json about ${listed(names)}: run npm install and keep what it writes.`,
          ),
        ]),
    ...packageFindings(packages, about),
  ]
}

function packageFindings(
  packages: Readonly<Record<string, unknown>>,
  about: (rule: string, message: string, severity?: Finding['severity']) => Finding,
): readonly Finding[] {
  const [open, unchecked, scripts]: [string[], string[], string[]] = [[], [], []]
  for (const [place, is] of Object.entries(packages)) {
    if (place === '' || !isRecord(is)) continue
    const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const resolved = is['resolved']
    if (
      typeof resolved === 'string' &&
      /^(?:git\+)?http:/.test(resolved) &&
      !/^http:\/\/(?:localhost|127\.|\[::1\])/.test(resolved)
    )
      open.push(name)
    if (typeof resolved === 'string' && /^https?:/.test(resolved) && typeof is['integrity'] !== 'string')
      unchecked.push(name)
    if (is['hasInstallScript'] === true) scripts.push(name)
  }
  return [
    ...(open.length === 0 ? [] : [about('insecure-source', `Fetched without encryption: ${listed(open)}.`)]),
    ...(unchecked.length === 0
      ? []
      : [about('no-digest', `Not checked against a digest when fetched: ${listed(unchecked)}.`, 'warning')]),
    ...(scripts.length === 0
      ? []
      : [about('install-script', `Run a script of their own when installed: ${listed(scripts)}.`, 'note')]),
  ]
}

function scriptFindings({ manifest, text }: Project): readonly Finding[] {
  const lineOf = lineFinder(text('package.json') ?? '')
  return ['preinstall', 'install', 'postinstall'].flatMap((name): readonly Finding[] =>
    Object.hasOwn(manifest.scripts, name)
      ? [
          {
            file: 'package.json',
            line: lineOf(quotedName(name)),
            rule: 'install-script',
            message: `${name} runs on every machine that installs this: ${shown(manifest.scripts[name] ?? '')}.`,
            severity: 'note',
          },
        ]
      : [],
  )
}

function requirementFindings(path: string, text: string): readonly Finding[] {
  return text.split('\n').flatMap((raw, index): readonly Finding[] => {
    const line = raw.replace(/(?:^|\s)#.*$/, '').trim()
    const about = (rule: string, message: string, severity: Finding['severity']): Finding => ({
      file: path,
      line: index + 1,
      rule,
      message,
      severity,
    })
    if (line === '') return []
    if (/(?:^|[\s=@+])http:\/\/(?!localhost|127\.)/.test(line) || /--trusted-host/.test(line))
      return [
        about(
          'insecure-source',
          'Fetched without encryption, or from whoever answers: anybody on the way can change it.',
          'error',
        ),
      ]
    if (/^(?:-e\s+)?(?:git\+|https?:)|\s@\s+(?:git\+|https?:)/.test(line))
      return [about('source-beside-registry', `It does not come from the index: ${shown(line)}.`, 'warning')]
    if (/(?:^|\s@\s+)file:\/\//.test(line))
      return [about('source-of-machine', `It lies on one machine alone: ${shown(line)}.`, 'error')]
    if (line.startsWith('-') || /[=<>~!]=|[<>]|;|\[.*\]\s*[=<>~]/.test(line)) return []
    return [about('unpinned', `${shown(line)} has no version: it is another one with each day.`, 'note')]
  })
}

function entriesOf(value: unknown): readonly (readonly [string, string])[] {
  return isRecord(value)
    ? Object.entries(value).flatMap(([name, range]) => (typeof range === 'string' ? [[name, range] as const] : []))
    : []
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

function quotedName(name: string): string {
  return JSON.stringify(name)
}

function lineFinder(text: string): (part: string) => number | null {
  return (part) => {
    const at = text.indexOf(part)
    return at === -1 ? null : text.slice(0, at).split('\n').length
  }
}

function shown(text: string): string {
  // What names who may fetch is not repeated.
  return text.replace(/:\/\/[^@/\s]+@/, '://').slice(0, 120)
}

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_NAMED
  return `${names
    .slice(0, MOST_NAMED)
    .map((name) => name.slice(0, 60))
    .join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}
