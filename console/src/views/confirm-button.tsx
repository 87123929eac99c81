// A button for what can't be taken back: it asks first, in a dialog whose safe answer has the focus.
import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'

type Props = {
  readonly label: ComponentChildren
  readonly look: string
  readonly title: string
  readonly yes: string
  readonly no: string
  readonly onYes: () => void
  readonly disabled?: boolean
  /** Said instead of the label, where several buttons are labelled alike. */
  readonly name?: string
  readonly children: ComponentChildren
}

export function ConfirmButton({ label, look, title, yes, no, onYes, disabled = false, name, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  const confirm = () => {
    dialog.current?.close()
    onYes()
  }
  return (
    <>
      <button
        type="button"
        class={look}
        disabled={disabled}
        aria-label={name}
        onClick={() => dialog.current?.showModal()}
      >
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={id}>
        <h2 id={id}>{title}</h2>
        {children}
        <div class="row">
          <button type="button" class="button danger" onClick={confirm}>
            {yes}
          </button>
          <button type="button" class="button" autoFocus onClick={() => dialog.current?.close()}>
            {no}
          </button>
        </div>
      </dialog>
    </>
  )
}
