// Compose files, looked at as texts: services that can't start as they are written, and those that hand out the machine.
import { isMap, LineCounter, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import type { Finding } from '../../vocabulary/check.ts'
import { isRecord } from '../manifest.ts'
import type { Project } from '../project.ts'
import type { Runner } from '../runner.ts'
import { portsOf } from './compose-ports.ts'
import { isSecretAssignment } from './dockerfile.ts'

const COMPOSE = /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/
const FOREIGN = /(?:^|\/)(?:node_modules|vendor|\.venv|venv|fixtures?|testdata|templates?|examples?)\//
const MOST_CHARACTERS = 100_000
/** What a few lines may unfold to. */
const MOST_ALIASES = 100
const MOST_DEEP = 200
const MOST_FILES = 10

export const compose: Runner = {
  name: 'compose',
  kind: 'containers',
  scope: 'workspace',
  reads: isCompose,
  detect: (project) => {
    const found = project.files.filter(isCompose).slice(0, MOST_FILES)
    if (found.length === 0) return []
    return [{ type: 'look', look: () => ({ findings: found.flatMap((path) => composeFindings(path, project)) }) }]
  },
  parse: () => ({ findings: [] }),
  // Its folders and files may be any.
  watches: () => true,
}

function isCompose(path: string): boolean {
  return COMPOSE.test(path) && !FOREIGN.test(path)
}

type Found = {
  readonly rule: string
  readonly message: string
  readonly severity: Finding['severity']
  readonly at: readonly string[]
}
type Look = {
  readonly service: string
  readonly is: Readonly<Record<string, unknown>>
  readonly all: Readonly<Record<string, unknown>>
  readonly hasPath: (path: string) => boolean
  readonly isPart: boolean
}

/** Never throws. */
export function composeFindings(path: string, project: Pick<Project, 'files' | 'text'>): readonly Finding[] {
  const text = project.text(path)
  const plain = (
    rule: string,
    message: string,
    line: number | null,
    severity: Finding['severity'] = 'error',
  ): Finding => ({ file: path, line, rule, message, severity })
  if (text === null || text.length > MOST_CHARACTERS)
    return [plain('too-long', 'It is too long to be looked at.', null, 'warning')]
  if (isTooDeep(text)) return [plain('too-deep', 'It is nested too deeply to be looked at.', null)]
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false, uniqueKeys: true })
  if (document.errors.length > 0)
    return document.errors
      .slice(0, 20)
      .map((error) => plain('syntax', error.message.slice(0, 300), lines.linePos(error.pos[0]).line))
  const read = valueOf(document)
  if ('problem' in read) return [plain('syntax', read.problem, null)]
  const lineOf = (at: readonly string[]): number | null => {
    for (let depth = at.length; depth > 0; depth -= 1) {
      const parent = document.getIn(at.slice(0, depth - 1), true)
      const pair = isMap(parent) ? parent.items.find(({ key }) => String(key) === at[depth - 1]) : undefined
      const range: unknown =
        typeof pair?.key === 'object' && pair.key !== null && 'range' in pair.key ? pair.key.range : null
      if (Array.isArray(range) && typeof range[0] === 'number') return lines.linePos(range[0]).line
    }
    return null
  }
  return lookAt(read.value, path, project.files).map(({ rule, message, severity, at }) =>
    plain(rule, message, lineOf(at), severity),
  )
}

/** Brackets and indentation: the parser calls itself for each. */
function isTooDeep(text: string): boolean {
  let depth = 0
  for (const character of text) {
    if (character === '[' || character === '{') depth += 1
    else if (character === ']' || character === '}') depth -= 1
    if (depth > MOST_DEEP) return true
  }
  return text
    .split('\n')
    .some(
      (line) =>
        /^\s{400}/.test(line) ||
        (line.match(/- /g) ?? []).length > MOST_DEEP ||
        (line.match(/\? /g) ?? []).length > MOST_DEEP,
    )
}

function valueOf(document: Document): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: document.toJS({ maxAliasCount: MOST_ALIASES }) as unknown }
  } catch {
    return { problem: 'It unfolds to more than it may, or refers to what is not there.' }
  }
}

function lookAt(value: unknown, path: string, files: readonly string[]): readonly Found[] {
  if (!isRecord(value))
    return [
      { rule: 'no-services', message: 'It is no compose file: services are to be named.', severity: 'error', at: [] },
    ]
  const services = value['services']
  const isPart = /override|\.(?:dev|prod|test|ci|local)\./.test(path) || 'include' in value
  if (!isRecord(services))
    return isPart
      ? []
      : [{ rule: 'no-services', message: 'No services are named in it.', severity: 'error', at: ['services'] }]
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
  const hasPath = (relative: string) => {
    const place = resolved(folder, relative)
    return place === null || place === '' || files.some((file) => file === place || file.startsWith(`${place}/`))
  }
  const found = Object.entries(services).flatMap(([service, is]): readonly Found[] => {
    if (!isRecord(is))
      return [{ rule: 'service', message: `${service} is no service.`, severity: 'error', at: ['services', service] }]
    const look: Look = { service, is, all: value, hasPath, isPart }
    return [
      ...sourceOf(look),
      ...dependenciesOf(look),
      ...envFilesOf(look),
      ...mountsOf(look),
      ...rightsOf(look),
      ...networksOf(look),
      ...secretsOf(look),
    ]
  })
  return [
    ...found,
    ...portsOf(services).map(({ service, rule, message }) => fault({ service }, 'ports', rule, message)),
    ...circlesOf(services),
  ]
}

/** Null where it leads out of the workspace or is not known. */
function resolved(folder: string, relative: string): string | null {
  if (relative.startsWith('/') || relative.startsWith('~') || relative.includes('$')) return null
  const parts = folder === '' ? [] : folder.split('/')
  for (const part of relative.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return null
    } else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

function fault(
  { service }: Pick<Look, 'service'>,
  key: string,
  rule: string,
  message: string,
  severity: Finding['severity'] = 'error',
): Found {
  return { rule, message: `${service}: ${message}`, severity, at: ['services', service, key] }
}

function sourceOf(look: Look): readonly Found[] {
  const { is, hasPath, isPart } = look
  const build = is['build']
  if (build === undefined || build === null) {
    if ('image' in is || 'extends' in is || isPart)
      return typeof is['image'] === 'string' && is['image'].endsWith(':latest')
        ? [
            fault(
              look,
              'image',
              'unpinned-image',
              'latest means another image with each day: name a version.',
              'warning',
            ),
          ]
        : []
    return [fault(look, 'image', 'no-image', 'it has neither an image nor a build.')]
  }
  const context =
    typeof build === 'string' ? build : isRecord(build) && typeof build['context'] === 'string' ? build['context'] : '.'
  if (/^(?:https?:\/\/|git@|git:)/.test(context)) return []
  if (!hasPath(context)) return [fault(look, 'build', 'no-context', `its build context ${context} is not there.`)]
  if (isRecord(build) && 'dockerfile_inline' in build) return []
  const named = isRecord(build) && typeof build['dockerfile'] === 'string' ? build['dockerfile'] : 'Dockerfile'
  const paths = [named, ...(named === 'Dockerfile' ? ['Containerfile'] : [])].map((name) => `${context}/${name}`)
  return paths.some(hasPath) ? [] : [fault(look, 'build', 'no-dockerfile', `there is no ${named} in ${context}.`)]
}

function namesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.filter((one): one is string => typeof one === 'string')
  return isRecord(value) ? Object.keys(value) : []
}

function dependenciesOf(look: Look): readonly Found[] {
  const services = look.all['services']
  return namesIn(look.is['depends_on']).flatMap((name) =>
    look.isPart || (isRecord(services) && Object.hasOwn(services, name))
      ? []
      : [fault(look, 'depends_on', 'unknown-service', `it depends on ${name}, which is no service here.`)],
  )
}

function circlesOf(services: Readonly<Record<string, unknown>>): readonly Found[] {
  const needs = (name: string) => {
    const is = Object.hasOwn(services, name) ? services[name] : undefined
    return isRecord(is) ? namesIn(is['depends_on']) : []
  }
  const done = new Set<string>()
  for (const start of Object.keys(services)) {
    const path: string[] = []
    const walk = (name: string): Found | null => {
      if (path.includes(name))
        return {
          rule: 'circle',
          message: `Services wait for each other: ${[...path.slice(path.indexOf(name)), name].join(' → ')}.`,
          severity: 'error',
          at: ['services', name, 'depends_on'],
        }
      if (done.has(name) || path.length > MOST_DEEP) return null
      path.push(name)
      for (const next of needs(name)) {
        const circle = walk(next)
        if (circle !== null) return circle
      }
      path.pop()
      done.add(name)
      return null
    }
    const circle = walk(start)
    if (circle !== null) return [circle]
  }
  return []
}

function envFilesOf(look: Look): readonly Found[] {
  const listed: readonly unknown[] = [look.is['env_file']].flat()
  return listed.flatMap((one) => {
    const path =
      typeof one === 'string'
        ? one
        : isRecord(one) && one['required'] !== false && typeof one['path'] === 'string'
          ? one['path']
          : null
    if (path === null || look.hasPath(path)) return []
    // Secrets' files are not recorded; that there is an example of them says what to do.
    const hasExample = ['.example', '.sample', '.template'].some((ending) => look.hasPath(`${path}${ending}`))
    return [
      fault(
        look,
        'env_file',
        'no-env-file',
        `${path} is not there${hasExample ? ': it is to be made from its example' : ''}.`,
        hasExample ? 'note' : 'error',
      ),
    ]
  })
}

function mountsOf(look: Look): readonly Found[] {
  const mounts: readonly unknown[] = Array.isArray(look.is['volumes']) ? look.is['volumes'] : []
  const declared = look.all['volumes']
  return mounts.flatMap((mount): readonly Found[] => {
    const source =
      typeof mount === 'string'
        ? mount.includes(':')
          ? (mount.split(':')[0] ?? '')
          : ''
        : isRecord(mount) && typeof mount['source'] === 'string'
          ? mount['source']
          : ''
    if (/(?:^|\/)(?:docker|podman|containerd)\.sock$/.test(source))
      return [
        fault(
          look,
          'volumes',
          'engine-socket',
          'it mounts the container engine’s socket: whoever gets in there has the machine.',
        ),
      ]
    if (/^\/(?:etc|root|proc|sys|dev|var\/run)?\/?$/.test(source))
      return [fault(look, 'volumes', 'host-mount', `it mounts ${source} of the machine.`)]
    const isNamed = /^[A-Za-z0-9][\w.-]*$/.test(source) && !(isRecord(mount) && mount['type'] === 'bind')
    if (!isNamed || look.isPart || (isRecord(declared) && Object.hasOwn(declared, source))) return []
    return [fault(look, 'volumes', 'unknown-volume', `the volume ${source} is not declared.`)]
  })
}

function networksOf(look: Look): readonly Found[] {
  const declared = look.all['networks']
  return namesIn(look.is['networks']).flatMap((name) =>
    name === 'default' || look.isPart || (isRecord(declared) && Object.hasOwn(declared, name))
      ? []
      : [fault(look, 'networks', 'unknown-network', `the network ${name} is not declared.`)],
  )
}

function rightsOf(look: Look): readonly Found[] {
  const { is } = look
  return [
    ...(is['privileged'] === true
      ? [fault(look, 'privileged', 'privileged', 'it has all rights over the machine.')]
      : []),
    ...(is['network_mode'] === 'host' || is['pid'] === 'host' || is['ipc'] === 'host'
      ? [
          fault(
            look,
            is['network_mode'] === 'host' ? 'network_mode' : 'pid',
            'shares-host',
            'it shares what keeps the machine apart.',
            'warning',
          ),
        ]
      : []),
    ...(Array.isArray(is['cap_add']) && is['cap_add'].some((one) => /^(?:CAP_)?(?:ALL|SYS_ADMIN)$/.test(String(one)))
      ? [fault(look, 'cap_add', 'privileged', 'it has all rights over the machine.')]
      : []),
  ]
}

function secretsOf(look: Look): readonly Found[] {
  const environment = look.is['environment']
  const pairs = Array.isArray(environment)
    ? environment.map((one) => String(one).split(/=(.*)/s))
    : isRecord(environment)
      ? Object.entries(environment).map(([name, value]) => [
          name,
          typeof value === 'string' || typeof value === 'number' ? String(value) : '',
        ])
      : []
  return pairs.flatMap(([name = '', value = '']) =>
    value !== '' && isSecretAssignment(name, value)
      ? [
          fault(
            look,
            'environment',
            'secret-in-file',
            `${name} stands here for everybody to read: take it from the environment.`,
            'warning',
          ),
        ]
      : [],
  )
}
