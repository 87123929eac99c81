// What git says about two snapshots' files, as bytes of both sides.
import type { ChangedContent, FileContent } from '../../core/ports/workspaces.ts'

const LINK = '120000'
const FOLDER_OF_OTHERS = '160000'

/** Of the script CHANGED. */
export function parseChanged(output: Buffer): readonly ChangedContent[] {
  const newline = output.indexOf(10)
  const length = Number(output.subarray(0, newline).toString('latin1').trim())
  const fields = output
    .subarray(newline + 1, newline + 1 + length)
    .toString('utf8')
    .split('\0')
  const contents = contentsOf(output.subarray(newline + 1 + length))
  const side = (mode: string, name: string): FileContent => {
    if (/^0+$/.test(name) || mode === LINK || mode === FOLDER_OF_OTHERS) return null
    return contents.get(name) ?? 'too_large'
  }
  const changed: ChangedContent[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [modeBefore = '', modeAfter = '', before = '', after = ''] = (fields[at] ?? '').slice(1).split(' ')
    changed.push({ path: fields[at + 1] ?? '', before: side(modeBefore, before), after: side(modeAfter, after) })
  }
  return changed
}

/** Each is `name type size`, a newline, the bytes, a newline. */
function contentsOf(batch: Buffer): ReadonlyMap<string, Buffer> {
  const contents = new Map<string, Buffer>()
  for (let at = 0; at < batch.length;) {
    const end = batch.indexOf(10, at)
    if (end === -1) break
    const [name = '', type, size] = batch.subarray(at, end).toString('latin1').split(' ')
    if (type !== 'blob') break
    const bytes = Number(size)
    contents.set(name, batch.subarray(end + 1, end + 1 + bytes))
    at = end + 1 + bytes + 1
  }
  return contents
}
