// Which folders of a workspace are projects of their own: a frontend beside a backend is checked as two.
import { parseManifest } from './manifest.ts'
import type { Project, Workshop } from './project.ts'

const MANIFEST = /(?:^|\/)(?:package\.json|pyproject\.toml|setup\.py|requirements\.txt|go\.mod|Cargo\.toml)$/
/** Manifests in these are material of tests, copies of others' work, or examples, and no projects that somebody builds. */
const NO_PROJECTS =
  /(?:^|\/)(?:\.[^/]*|node_modules|tests?|__tests__|specs?|__fixtures__|fixtures?|testdata|examples?|templates?|samples?|bench(?:marks?)?|vendor|third_party|dist|build|out|target|coverage|venv|site-packages)(?:\/|$)/i
/** Shown to people and written into commands. */
const PLAIN_FOLDER = /^[\w@+][\w@.+-]*(?:\/[\w@+][\w@.+-]*){0,2}$/
export const MOST_PROJECTS = 8

export type FoundProjects = {
  /** The root first, then by path. */
  readonly projects: readonly Project[]
  /** How many folders were left out because there are too many. */
  readonly more: number
}

/** Whether it says that a folder is a project. */
export function isManifest(path: string): boolean {
  return MANIFEST.test(path)
}

/** The folders, without the root, that are or may be projects, each with its manifests; flat ones first, then by path. */
export function projectFolders(files: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const folders = new Map<string, string[]>()
  for (const file of files) {
    const end = file.lastIndexOf('/')
    if (end === -1 || !isManifest(file)) continue
    const folder = file.slice(0, end)
    if (!PLAIN_FOLDER.test(folder) || NO_PROJECTS.test(folder)) continue
    const known = folders.get(folder)
    if (known === undefined) folders.set(folder, [file])
    else known.push(file)
  }
  const depth = (folder: string) => folder.split('/').length
  return new Map([...folders].toSorted(([one], [other]) => depth(one) - depth(other) || (one < other ? -1 : 1)))
}

export function findProjects(workshop: Workshop): FoundProjects {
  const all = [...projectFolders(workshop.files)].flatMap(([folder, manifests]) =>
    isMarker(workshop, folder, manifests) ? [] : [folder],
  )
  const folders = all.slice(0, MOST_PROJECTS)
  const owned = new Map<string, string[]>(['', ...folders].map((folder) => [folder, []]))
  for (const file of workshop.files) {
    const folder = ownerOf(file, owned)
    owned.get(folder)?.push(folder === '' ? file : file.slice(folder.length + 1))
  }
  const inside = (folder: string) =>
    folder === '' ? folders : folders.filter((other) => other.startsWith(`${folder}/`))
  const root: Project = {
    ...describe(workshop, '', owned.get('') ?? []),
    inner: folders,
    get root() {
      return root
    },
  }
  const rest = folders.toSorted().map((folder) => ({
    ...describe(workshop, folder, owned.get(folder) ?? []),
    inner: inside(folder).map((inner) => inner.slice(folder.length + 1)),
    root,
  }))
  return { projects: [root, ...rest], more: all.length - folders.length }
}

/** All files as one project, for runners that look at the workspace as a whole. */
export function wholeOf(workshop: Workshop): Project {
  const whole: Project = {
    ...describe(workshop, '', workshop.files),
    inner: [],
    get root() {
      return whole
    },
  }
  return whole
}

function describe(workshop: Workshop, folder: string, files: readonly string[]) {
  const inWorkspace = (path: string) => (folder === '' ? path : `${folder}/${path}`)
  const text = (path: string) => workshop.texts.get(inWorkspace(path)) ?? null
  return { folder, files, text, manifest: parseManifest(text('package.json')), tools: toolsIn(workshop, folder) }
}

function toolsIn(workshop: Workshop, folder: string): ReadonlySet<string> {
  const found = new Set(workshop.tools)
  for (const above of foldersFrom(folder)) for (const tool of workshop.localTools.get(above) ?? []) found.add(tool)
  return found
}

/** The folder itself and all above it, the root last. */
export function foldersFrom(folder: string): readonly string[] {
  if (folder === '') return ['']
  const parts = folder.split('/')
  return [...parts.map((_, index) => parts.slice(0, parts.length - index).join('/')), '']
}

function ownerOf(file: string, owned: ReadonlyMap<string, unknown>): string {
  for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
    const folder = file.slice(0, end)
    if (owned.has(folder)) return folder
  }
  return ''
}

/** A package.json that only says how the files beside it are to be loaded. */
function isMarker({ texts }: Workshop, folder: string, manifests: readonly string[]): boolean {
  if (manifests.some((file) => !file.endsWith('/package.json'))) return false
  const { problem, all } = parseManifest(texts.get(`${folder}/package.json`) ?? null)
  return problem === null && !('name' in all) && !('scripts' in all) && !('dependencies' in all)
}
