// Tools that read and change files: read, write, edit, list.
import { z } from 'zod'
import { defineTool, refused, refusedFile } from './tool.ts'

const READ_BYTES = 200_000
const WRITE_CHARACTERS = 1_000_000
const LIST_ENTRIES = 500
const path = z.string().min(1).max(1_000).describe('Relative to the workspace')

export const readTool = defineTool('read', 'Reads a text file.', z.object({ path }), async (input, { sandbox }) => {
  const bytes = await sandbox.readFile(input.path, READ_BYTES)
  if (!(bytes instanceof Uint8Array)) return refusedFile(input.path, bytes.reason)
  if (bytes.includes(0)) return refused(`${input.path} is not text (${bytes.length} bytes).`)
  return { ok: true, output: new TextDecoder().decode(bytes), touched: false }
})

export const writeTool = defineTool(
  'write',
  'Writes a whole file, making missing folders. What was in the file is replaced.',
  z.object({ path, content: z.string().max(WRITE_CHARACTERS) }),
  async (input, { sandbox }) => {
    const written = await sandbox.writeFile(input.path, new TextEncoder().encode(input.content))
    if (written.type === 'refused') return refusedFile(input.path, written.reason)
    return { ok: true, output: `Wrote ${input.path}, ${input.content.length} characters.`, touched: true }
  },
)

export const editTool = defineTool(
  'edit',
  'Replaces a piece of text that occurs exactly once in a file.',
  z.object({ path, old: z.string().min(1), new: z.string().max(WRITE_CHARACTERS) }),
  async (input, { sandbox }) => {
    const bytes = await sandbox.readFile(input.path, WRITE_CHARACTERS)
    if (!(bytes instanceof Uint8Array)) return refusedFile(input.path, bytes.reason)
    const text = exactText(bytes)
    if (text === null) return refused(`${input.path} is not text in UTF-8: editing it would change the rest of it.`)
    const pieces = text.split(input.old)
    if (pieces.length !== 2) {
      return refused(`The old text occurs ${pieces.length - 1} times in ${input.path}; it must occur exactly once.`)
    }
    const written = await sandbox.writeFile(input.path, new TextEncoder().encode(pieces.join(input.new)))
    if (written.type === 'refused') return refusedFile(input.path, written.reason)
    return { ok: true, output: `Edited ${input.path}.`, touched: true }
  },
)

export const listTool = defineTool(
  'list',
  'Lists the files below a folder, without .git and node_modules.',
  z.object({ path: path.default('.') }),
  async (input, { sandbox }) => {
    const entries = await sandbox.list(input.path, LIST_ENTRIES)
    if ('type' in entries) return refusedFile(input.path, entries.reason)
    const lines = entries.map((entry) =>
      entry.type === 'directory' ? `${entry.path}/` : `${entry.path} (${entry.bytes} bytes)`,
    )
    if (entries.length === LIST_ENTRIES) lines.push(`… more than ${LIST_ENTRIES} entries`)
    return { ok: true, output: lines.length === 0 ? 'No files.' : lines.join('\n'), touched: false }
  },
)

/** The text whose encoding gives back exactly these bytes, byte order mark included; null where there is none. */
function exactText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
