// Reads project templates from folders: the project's own, and an operator's on top.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { TEMPLATE_KINDS } from '../../core/ports/templates.ts'
import type { Template, TemplateFile, TemplateInfo, Templates } from '../../core/ports/templates.ts'

const DESCRIPTION = 'template.json'
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/
/** What using a template in place leaves behind is no part of it. */
const LEFT_BEHIND = new Set(['node_modules', '.venv', 'venv', '__pycache__', '.pytest_cache', '.git', 'dist', 'data'])
const MOST_FILES = 500
const MOST_BYTES = 5_000_000

const line = z.string().min(1).max(500)
const command = line.nullable()
const description = z.strictObject({
  says: line,
  kind: z.enum(TEMPLATE_KINDS),
  stack: z.array(line).min(1),
  port: z.int().min(1).max(65_535).nullable(),
  health: z.string().startsWith('/').nullable(),
  commands: z.strictObject({ install: command, build: command, test: line, start: command }),
  needs: z.array(line),
})

/** Each folder in `directory` with a template.json is a template; of two with one name the one in `operators` is meant. */
export function createDirectoryTemplates(directory: string, operators: string | null = null): Templates {
  const places = [...(operators === null ? [] : [{ folder: operators, own: true }]), { folder: directory, own: false }]
  return {
    list: async () => {
      const found = new Map<string, TemplateInfo>()
      for (const { folder, own } of places) {
        for (const name of await foldersIn(folder)) {
          const info = found.has(name) ? null : await describe(join(folder, name), name, own)
          if (info !== null) found.set(name, info)
        }
      }
      return [...found.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1))
    },
    read: async (name) => {
      if (!NAME.test(name)) return null
      for (const { folder, own } of places) {
        const info = await describe(join(folder, name), name, own)
        if (info !== null) return { info, files: await filesOf(join(folder, name)) } satisfies Template
      }
      return null
    },
  }
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(nothingIfMissing)
  return (entries ?? []).filter((entry) => entry.isDirectory() && NAME.test(entry.name)).map((entry) => entry.name)
}

async function describe(folder: string, name: string, own: boolean): Promise<TemplateInfo | null> {
  const path = join(folder, DESCRIPTION)
  const text = await readFile(path, 'utf8').catch(nothingIfMissing)
  if (text === null) return null
  try {
    return { name, ...description.parse(JSON.parse(text)), own }
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is no JSON'
    throw new Error(`${path} does not describe a template: ${why}`, { cause: error })
  }
}

/** Without its description, which speaks of the template and not of the project. Links are passed over. */
async function filesOf(folder: string): Promise<readonly TemplateFile[]> {
  const paths = (await walk(folder, '')).filter((path) => path !== DESCRIPTION).toSorted()
  if (paths.length > MOST_FILES)
    throw new Error(`${folder} holds ${paths.length} files; a template has ${MOST_FILES} at most.`)
  let bytes = 0
  for (const path of paths) bytes += (await stat(join(folder, path))).size
  if (bytes > MOST_BYTES) throw new Error(`${folder} holds ${bytes} bytes; a template has ${MOST_BYTES} at most.`)
  return Promise.all(paths.map(async (path) => ({ path, bytes: await readFile(join(folder, path)) })))
}

async function walk(root: string, below: string): Promise<readonly string[]> {
  const found: string[] = []
  for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (LEFT_BEHIND.has(entry.name)) continue
    if (entry.isDirectory()) found.push(...(await walk(root, path)))
    else if (entry.isFile()) found.push(path)
  }
  return found
}

function nothingIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
  throw error
}
