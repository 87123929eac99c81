// The place to say something: the words, files that go with them, and what became of them.
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import type { WireTaken, WireTemplate } from '../state/conversation.ts'
import { toLine, toPlain } from '../state/inert-text.ts'
import { readRequest } from '../state/request.ts'
import { sayBytes } from '../state/time.ts'
import { Icon, ProblemLine } from './pieces.tsx'

type Props = { readonly app: ConsoleApp; readonly onSent: () => void }

export function Composer({ app, onSent }: Props) {
  const area = useRef<HTMLTextAreaElement>(null)
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const [said, setSaid] = useState<string | null>(null)
  const text = app.draft.text.value
  const request = readRequest(text)
  const { uploads } = app.talk
  const onTheWay = uploads.value.some(({ artifact, problem: why }) => artifact === null && why === null)
  const isEmpty = request === null && !uploads.value.some(({ artifact }) => artifact !== null)

  useEffect(() => {
    const element = area.current
    if (element === null) return
    element.style.height = 'auto'
    element.style.height = `${Math.min(element.scrollHeight + 2, innerHeight * 0.4)}px`
  }, [text])

  useEffect(() => {
    // On a phone the keyboard would cover the page before anything is read.
    if (matchMedia('(hover: hover)').matches) area.current?.focus()
  }, [])

  const send = async () => {
    if (busy || onTheWay || isEmpty) return
    setBusy(true)
    setProblem(null)
    setSaid(null)
    const answer = await app.send()
    setBusy(false)
    if (answer?.type === 'problem') setProblem(answer.detail)
    else {
      setSaid(answer === null ? null : saidOf(answer.value))
      onSent()
    }
    area.current?.focus()
  }

  const onKeyDown = (event: KeyboardEvent) => {
    // While a word is being composed (Japanese, accents) Enter ends the word.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    void send()
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {problem !== null && (
        <ProblemLine text={problem}>
          <button type="button" class="button quiet" onClick={() => void send()}>
            Send again
          </button>
        </ProblemLine>
      )}
      {said !== null && (
        <p class="said" role="status">
          {said}
        </p>
      )}
      {uploads.value.length > 0 && <Uploads app={app} />}
      <TemplateChoice app={app} />
      <div class="composer-box">
        <label class="button quiet attach">
          <Icon name="clip" />
          <span class="unseen">Attach files</span>
          <input
            type="file"
            multiple
            onChange={(event) => {
              void app.talk.upload([...(event.currentTarget.files ?? [])])
              event.currentTarget.value = ''
            }}
          />
        </label>
        <label class="unseen" for="composer">
          Your request
        </label>
        <textarea
          id="composer"
          ref={area}
          rows={1}
          value={text}
          placeholder="Ask, or say what you want made"
          aria-describedby="composer-hint"
          onInput={(event) => app.draft.write(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button type="submit" class="button primary send" disabled={busy || onTheWay || isEmpty} aria-label="Send">
          <Icon name="send" />
        </button>
      </div>
      <p class="hint" id="composer-hint">
        {request?.task_type === 'shell_command' ? (
          <span>This exact command will wait for your approval, then run in the sandbox.</span>
        ) : (
          <span>
            <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> starts a line, <kbd>/run</kbd> takes a literal
            command
          </span>
        )}
      </p>
    </form>
  )
}

/** What the work of the next message begins with. Nothing is shown where there are no templates. */
function TemplateChoice({ app }: { readonly app: ConsoleApp }) {
  const [templates, setTemplates] = useState<readonly WireTemplate[]>([])
  const { template } = app.talk
  useEffect(() => {
    void app.api.listTemplates().then((answer) => answer.type === 'ok' && setTemplates(answer.value.items))
  }, [app])
  if (templates.length === 0) return null
  const chosen = templates.find(({ name }) => name === template.value)
  return (
    <div class="template-choice">
      <label for="template">Begin with</label>
      <select
        id="template"
        value={template.value ?? ''}
        onChange={(event) => (template.value = event.currentTarget.value === '' ? null : event.currentTarget.value)}
      >
        <option value="">what fits</option>
        {templates.map(({ name, says }) => (
          <option key={name} value={name} title={toLine(says, 200)}>
            {toLine(name, 60)}
          </option>
        ))}
      </select>
      {chosen !== undefined && <span class="faint">{toLine(chosen.says, 200)}</span>}
    </div>
  )
}

function Uploads({ app }: { readonly app: ConsoleApp }) {
  return (
    <ul class="uploads" aria-label="Files of the next message">
      {app.talk.uploads.value.map((upload) => (
        <li key={upload.artifact?.id ?? upload.name} class={upload.problem === null ? '' : 'bad'}>
          {upload.artifact === null && upload.problem === null && <span class="spinner" aria-hidden="true" />}
          <span class="upload-name">{toLine(upload.name, 60)}</span>
          {upload.artifact !== null && <span class="faint">{sayBytes(upload.artifact.bytes)}</span>}
          {upload.problem !== null && <span>{toPlain(upload.problem)}</span>}
          <button
            type="button"
            class="button quiet"
            aria-label={`Leave out ${toLine(upload.name, 60)}`}
            onClick={() => app.talk.dropUpload(upload)}
          >
            <Icon name="cross" />
          </button>
        </li>
      ))}
    </ul>
  )
}

/** What became of words that are no task of their own. */
function saidOf({ answered, waiting, task, problems }: WireTaken): string | null {
  const about = problems.map((sentence) => toPlain(sentence))
  if (answered !== null) {
    const { yes, refused } = answered
    about.push(refused === null ? (yes ? 'OK: it starts.' : 'Cancelled.') : 'That question is not open any more.')
  } else if (waiting.length > 0) about.push('Something waits for an answer: use the buttons on what you mean.')
  else if (task === null && problems.length === 0) about.push('Kept. Say what to do with it.')
  return about.length === 0 ? null : about.join(' ')
}
