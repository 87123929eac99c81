// Dockerfiles, looked at as texts: syntax, secrets that stay in the image, files that are not there, what changes under one's hands.
import { validate } from 'dockerfile-utils'
import type { Finding } from '../../vocabulary/check.ts'
import type { Project } from '../project.ts'
import type { Runner } from '../runner.ts'
import { isDockerfile } from '../dockerfile-names.ts'
import { readDockerfile } from './read-dockerfile.ts'
import type { Instruction } from './read-dockerfile.ts'

/** The validator takes time that grows with the square of the length. */
const MOST_CHARACTERS = 30_000
const MOST_FILES = 20
/** Of the language server protocol. */
const ERROR = 1

export const dockerfile: Runner = {
  name: 'dockerfile',
  kind: 'containers',
  scope: 'workspace',
  reads: isDockerfile,
  detect: (project) => {
    const found = project.files.filter(isDockerfile).slice(0, MOST_FILES)
    if (found.length === 0) return []
    return [{ type: 'look', look: () => ({ findings: found.flatMap((path) => dockerfileFindings(path, project)) }) }]
  },
  parse: () => ({ findings: [] }),
  // What it copies may be any file.
  watches: () => true,
}

export function dockerfileFindings(path: string, project: Pick<Project, 'files' | 'text'>): readonly Finding[] {
  const text = project.text(path)
  if (text === null || text.length > MOST_CHARACTERS)
    return [finding(path, null, 'too-long', 'It is too long to be looked at.', 'warning')]
  const instructions = readDockerfile(text)
  return [
    ...syntaxFindings(path, text),
    ...imageFindings(path, instructions),
    ...secretFindings(path, instructions),
    ...copyFindings(path, instructions, project.files),
    ...instructions.flatMap((one) => addFindings(path, one)),
    ...userFindings(path, instructions),
  ]
}

function syntaxFindings(path: string, text: string): readonly Finding[] {
  return validate(text).map(({ range, message, severity, code }) =>
    finding(
      path,
      range.start.line + 1,
      `dockerfile-${code ?? 'syntax'}`,
      typeof message === 'string' ? message : message.value,
      severity === ERROR ? 'error' : 'warning',
    ),
  )
}

function imageFindings(path: string, instructions: readonly Instruction[]): readonly Finding[] {
  const stages = new Set<string>()
  return instructions.flatMap((one) => {
    if (one.keyword !== 'FROM') return []
    const [image = '', as, name] = one.words
    const isStage = stages.has(image.toLowerCase()) || image === 'scratch' || image.includes('$')
    if (as?.toLowerCase() === 'as' && name !== undefined) stages.add(name.toLowerCase())
    if (isStage || image === '' || image.includes('@sha256:')) return []
    const tag = /:([\w.-]+)$/.exec(image.slice(image.lastIndexOf('/') + 1))?.[1]
    if (tag !== undefined && tag !== 'latest') return []
    return [
      finding(
        path,
        one.line,
        'unpinned-image',
        `${image} means another image with each day: name a version.`,
        'warning',
      ),
    ]
  })
}

const SECRET_NAME = /(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|CREDENTIALS?)(?:_|$)/i
/** Said to be filled in, or where it lies. */
const NO_SECRET = /^(?:["']?)(?:|\$.*|changeme|change-me|example|placeholder|dummy|xxx+|none|null|\/.*|<.*>)(?:["']?)$/i

export function isSecretAssignment(name: string, value: string): boolean {
  return SECRET_NAME.test(name) && !/(?:_FILE|_PATH|_URL|_NAME|_ID)$/i.test(name) && !NO_SECRET.test(value.trim())
}

function secretFindings(path: string, instructions: readonly Instruction[]): readonly Finding[] {
  return instructions.flatMap((one) => {
    if (one.keyword !== 'ENV' && one.keyword !== 'ARG') return []
    const [first = '', second] = one.words
    const pairs = first.includes('=')
      ? one.words.map((word) => word.split(/=(.*)/s))
      : second === undefined
        ? []
        : [[first, one.words.slice(1).join(' ')]]
    return pairs.flatMap(([name = '', value = '']) =>
      isSecretAssignment(name, value)
        ? [
            finding(
              path,
              one.line,
              'secret-in-image',
              `${name} stays in the image for everybody to read: give it when the container starts.`,
              'error',
            ),
          ]
        : [],
    )
  })
}

/** What a build makes, and nobody records. */
const MADE =
  /(?:^|\/)(?:dist|build|out|target|public\/build|\.next|\.output|bin|coverage|node_modules|vendor)(?:\/|$)|\.(?:jar|war|whl|tgz|tar\.gz)$/

function copyFindings(
  path: string,
  instructions: readonly Instruction[],
  files: readonly string[],
): readonly Finding[] {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
  const known = new Set<string>()
  for (const file of files) {
    known.add(file)
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) known.add(file.slice(0, end))
  }
  const isThere = (source: string): boolean => {
    const plain = source.replace(/^\.?\/+/, '').replace(/\/+$/, '')
    if (plain === '' || plain === '.') return true
    const places = [plain, ...(folder === '' ? [] : [`${folder}/${plain}`])]
    if (!/[*?[]/.test(plain)) return places.some((place) => known.has(place))
    const pattern = globOf(plain)
    return (
      places.length > 0 &&
      files.some(
        (file) =>
          pattern.test(file) ||
          (folder !== '' && file.startsWith(`${folder}/`) && pattern.test(file.slice(folder.length + 1))),
      )
    )
  }
  return instructions.flatMap((one) => {
    if ((one.keyword !== 'COPY' && one.keyword !== 'ADD') || one.text.includes('<<')) return []
    if (one.flags.some((flag) => flag.startsWith('--from'))) return []
    return one.words.slice(0, -1).flatMap((source) => {
      if (/^[a-z+]+:\/\/|^git@|\$/.test(source) || isThere(source)) return []
      // A pattern may match nothing where something else is copied along.
      const isOptional = MADE.test(source) || /[*?[]/.test(source)
      return [
        finding(
          path,
          one.line,
          'copy-of-nothing',
          `${source} is not there to be copied.`,
          isOptional ? 'warning' : 'error',
        ),
      ]
    })
  })
}

function globOf(glob: string): RegExp {
  const source = glob
    .slice(0, 300)
    .replace(/[.+^${}()|\\[\]]/g, '\\$&')
    .replace(/\*+/g, '[^/]*')
    .replaceAll('?', '[^/]')
  return new RegExp(`^${source}(?:/|$)`)
}

function addFindings(path: string, one: Instruction): readonly Finding[] {
  if (
    one.keyword === 'ADD' &&
    one.words.slice(0, -1).some((word) => /^https?:\/\//.test(word)) &&
    !one.flags.some((flag) => flag.startsWith('--checksum'))
  )
    return [
      finding(
        path,
        one.line,
        'add-of-url',
        'What is fetched here is not checked: use --checksum, or fetch and check it in RUN.',
        'warning',
      ),
    ]
  if (one.keyword === 'RUN' && /\b(?:curl|wget)\b[^|;&]*\|\s*(?:sudo\s+)?(?:ba|z)?sh\b/.test(one.text))
    return [finding(path, one.line, 'run-of-url', 'What is fetched here is run as it comes.', 'warning')]
  return []
}

function userFindings(path: string, instructions: readonly Instruction[]): readonly Finding[] {
  const last = instructions.findLastIndex(({ keyword }) => keyword === 'FROM')
  const user = instructions.slice(last + 1).findLast(({ keyword }) => keyword === 'USER')
  if (last === -1 || (user !== undefined && !/^(?:root|0)(?::|$)/.test(user.words[0] ?? ''))) return []
  return [
    finding(
      path,
      user?.line ?? instructions[last]?.line ?? 1,
      'runs-as-root',
      'The container runs as root: name a user.',
      'note',
    ),
  ]
}

function finding(
  file: string,
  line: number | null,
  rule: string,
  message: string,
  severity: Finding['severity'],
): Finding {
  return { file, line, rule, message, severity }
}
