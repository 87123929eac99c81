// What proves the work: how it looks, the report as a whole, and every file of it to take along.
import { limitSentence } from '../../../src/core/vocabulary/limit.ts'
import type { TaskStatus } from '../../../src/core/vocabulary/task.ts'
import { useState } from 'preact/hooks'
import { toLine, toPlain } from '../state/inert-text.ts'
import type { Artifact, TaskView } from '../state/task-view.ts'
import { sayBytes } from '../state/time.ts'
import { isOver } from '../state/wire.ts'
import { Icon } from './pieces.tsx'

type Props = { readonly view: TaskView; readonly taskId: string; readonly status: TaskStatus }

const PICTURES = [
  { name: 'preview-desktop.png', words: 'On a desktop', look: 'shot-desk' },
  { name: 'preview-phone.png', words: 'On a phone', look: 'shot-phone' },
] as const

export function EvidencePanel({ view, taskId, status }: Props) {
  // The report is read as it stood when it was opened; a press of the button reads it anew.
  const [asOf, setAsOf] = useState(view.lastSeq)
  const report = `/v1/tasks/${encodeURIComponent(taskId)}/report`
  const pictures = PICTURES.flatMap((picture) => {
    const file = view.artifacts.findLast(({ name, mediaType }) => name === picture.name && mediaType === 'image/png')
    return file === undefined ? [] : [{ ...picture, file }]
  })
  return (
    <div class="evidence">
      {view.met.map((met, at) => (
        <p key={at} class="limit-met">
          {toPlain(limitSentence(met))}
        </p>
      ))}
      {pictures.length > 0 && (
        <div class="shots">
          {pictures.map(({ words, look, file }) => (
            <figure key={file.id} class={look}>
              <a href={artifactLink(file)} aria-label={`${words}, as a file`} download>
                <img src={artifactLink(file)} alt={`The preview ${words.toLowerCase()}`} />
              </a>
              <figcaption>{words}</figcaption>
            </figure>
          ))}
        </div>
      )}
      <div class="row">
        <a class="button primary" href={report} target="_blank" rel="noopener">
          Open the report <Icon name="out" />
        </a>
        <a class="button" href={`${report}?format=md`} download={`report-${taskId}.md`}>
          As Markdown
        </a>
        {!isOver(status) && view.lastSeq > asOf && (
          <button type="button" class="button" onClick={() => setAsOf(view.lastSeq)}>
            It went on: read it anew
          </button>
        )}
      </div>
      {view.artifacts.length > 0 && (
        <ul class="evidence-files">
          {view.artifacts.map((artifact) => (
            <li key={artifact.id}>
              <a href={artifactLink(artifact)} download={toLine(artifact.name, 100)}>
                {toLine(artifact.name, 80)}
              </a>{' '}
              <span class="faint">{sayBytes(artifact.bytes)}</span>
            </li>
          ))}
        </ul>
      )}
      <iframe
        key={isOver(status) ? 'over' : asOf}
        class="report"
        src={report}
        title="The report"
        sandbox=""
        referrerpolicy="no-referrer"
      />
    </div>
  )
}

function artifactLink({ id }: Artifact): string {
  return `/v1/artifacts/${encodeURIComponent(id)}`
}
