// What changed, file by file; a file's lines are drawn when it is opened.
import { useState } from 'preact/hooks'
import { toLine, toPlain } from '../state/inert-text.ts'
import type { DiffFile } from '../state/patch.ts'
import type { TaskView } from '../state/task-view.ts'
import { sayCount } from '../state/time.ts'
import { Icon } from './pieces.tsx'

const OPEN_AT_FIRST = 3
const LINES = 800

export function ChangesPanel({ view }: { readonly view: TaskView }) {
  const { diff } = view
  if (diff === null) return <p class="faint">The changes are recorded when the work is done.</p>
  if (diff.files.length === 0) return <p class="faint">Nothing in the workspace changed.</p>
  const additions = diff.files.reduce((sum, file) => sum + file.additions, 0)
  const deletions = diff.files.reduce((sum, file) => sum + file.deletions, 0)
  return (
    <div class="changes">
      <p class="lead">
        {sayCount(diff.files.length, 'file')}, <span class="added">+{additions}</span>{' '}
        <span class="removed">−{deletions}</span>
        {diff.truncated && ' The patch is long: only its beginning is shown. The whole is among the artifacts.'}
      </p>
      {diff.files.map((file, at) => (
        <FileChange key={`${at}-${file.path}`} file={file} first={at < OPEN_AT_FIRST && file.lines.length < 200} />
      ))}
    </div>
  )
}

function FileChange({ file, first }: { readonly file: DiffFile; readonly first: boolean }) {
  const [open, setOpen] = useState(first)
  const [shown, setShown] = useState(LINES)
  return (
    <details class="file" open={first} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Icon name="chevron" />
        <span class="file-path">{toLine(file.path, 300)}</span>
        <span class="file-change">{toLine(file.change, 20)}</span>
        <span class="added">+{file.additions}</span>
        <span class="removed">−{file.deletions}</span>
      </summary>
      {open && (
        <div class="patch" role="region" aria-label={`Changes of ${toLine(file.path, 300)}`} tabIndex={0}>
          {file.lines.length === 0 && <p class="faint">There are no lines to show.</p>}
          <table>
            <tbody>
              {file.lines.slice(0, shown).map((line, at) => (
                <tr key={at} class={`line-${line.type}`}>
                  <td class="line-number">{line.before ?? ''}</td>
                  <td class="line-number">{line.after ?? ''}</td>
                  <td class="line-sign">{line.type === 'add' ? '+' : line.type === 'remove' ? '−' : ''}</td>
                  <td class="line-text">{toPlain(line.text)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {file.lines.length > shown && (
            <button type="button" class="button quiet" onClick={() => setShown(shown + LINES * 4)}>
              Show {file.lines.length - shown} more lines
            </button>
          )}
        </div>
      )}
    </details>
  )
}
