// The running software, in a frame that can do nothing to the console, or in a tab of its own.
import { useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { toPlain } from '../state/inert-text.ts'
import { safeLink } from '../state/safe-link.ts'
import { openPreview } from '../state/task-view.ts'
import type { TaskView } from '../state/task-view.ts'
import { CopyButton, Icon, Until } from './pieces.tsx'

type Props = { readonly app: ConsoleApp; readonly view: TaskView; readonly fallback: string | null }

export function PreviewPanel({ app, view, fallback }: Props) {
  const [framed, setFramed] = useState(false)
  const preview = openPreview(view)
  const closed = view.previews.findLast((each) => each.closed !== null)
  const url = preview?.url ?? (view.previews.length === 0 ? fallback : null)
  if (url === null) {
    return (
      <p class="faint">
        {closed === undefined ? 'Nothing is being served.' : `The preview has closed: ${toPlain(closed.closed ?? '')}`}
      </p>
    )
  }
  const link = safeLink(url, location.href)
  const expired = preview !== null && Date.parse(preview.expiresAt) <= app.now.value
  return (
    <div class="preview">
      <p class="preview-address">{toPlain(url)}</p>
      {link === null ? (
        <p class="problem-text">This address is not one of a page, so it is not a link.</p>
      ) : expired ? (
        <p class="problem-text">The preview has expired.</p>
      ) : (
        <>
          <div class="row">
            <a class="button primary" href={link} target="_blank" rel="noopener noreferrer">
              Open <Icon name="out" />
            </a>
            <CopyButton text={link} label="Copy address" />
            <button type="button" class="button" aria-pressed={framed} onClick={() => setFramed(!framed)}>
              {framed ? 'Hide it here' : 'Show it here'}
            </button>
          </div>
          <p class="faint">
            {preview !== null && (
              <>
                Port {preview.port}, expires <Until app={app} at={preview.expiresAt} />.{' '}
              </>
            )}
            Whoever has the address can open it.
          </p>
          {framed && (
            <>
              <iframe
                class="frame"
                title="Preview"
                src={link}
                sandbox="allow-scripts allow-forms"
                referrerpolicy="no-referrer"
                loading="lazy"
              />
              <p class="faint">
                The frame is cut off from everything else, so sign-ins and storage only work in a tab of its own.
              </p>
            </>
          )}
        </>
      )}
    </div>
  )
}
