// The input field and what belongs to it: commands, reply and edit, files, the reply keyboard.
import { byId, el } from './dom.js'
import { toast } from './dialogs.js'

/** `deeds`: send(text, replyTo), edit(message, text), upload(file, kind), press(label). */
export function createComposer(deeds) {
  const field = byId('text')
  let context = null
  let commands = []

  const fit = () => {
    field.style.height = 'auto'
    field.style.height = `${Math.min(field.scrollHeight, innerHeight * 0.4)}px`
    byId('composer').classList.toggle('filled', field.value.trim() !== '')
    showMenu()
  }

  function setContext(next) {
    context = next
    byId('context').hidden = next === null
    if (next === null) return
    const words = next.message.text || `(${next.message.media?.type ?? 'message'})`
    const cancel = el(
      'button',
      {
        type: 'button',
        class: 'icon',
        'aria-label': 'Cancel',
        onclick: () => {
          if (next.kind === 'edit') field.value = ''
          setContext(null)
          fit()
        },
      },
      '×',
    )
    const head = next.kind === 'edit' ? 'Editing' : `Reply to ${next.message.from.name}`
    byId('context').replaceChildren(el('div', {}, el('strong', {}, head), el('span', {}, words.slice(0, 120))), cancel)
    if (next.kind === 'edit') field.value = next.message.text
    field.focus()
    fit()
  }

  async function submit() {
    const text = field.value
    if (text.trim() === '') return
    const now = context
    field.value = ''
    setContext(null)
    fit()
    try {
      if (now?.kind === 'edit') await deeds.edit(now.message, text)
      else await deeds.send(text, now?.message.id)
    } catch (error) {
      field.value = text
      fit()
      toast(error.message, 'bad')
    }
  }

  function showMenu() {
    const typed = /^\/(\w*)$/.exec(field.value)
    const fitting = typed === null ? [] : commands.filter((one) => one.command.startsWith(typed[1]))
    byId('menu').hidden = fitting.length === 0
    byId('menu').replaceChildren(
      ...fitting.map(({ command, description }) =>
        el(
          'button',
          {
            type: 'button',
            onclick: () => {
              field.value = `/${command}`
              void submit()
            },
          },
          el('code', {}, `/${command}`),
          el('span', {}, description),
        ),
      ),
    )
  }

  function sendFile(file, kind) {
    deeds
      .upload(file, kind ?? (file.type.startsWith('image/') ? 'photo' : 'file'))
      .catch((error) => toast(error.message, 'bad'))
  }

  field.addEventListener('input', fit)
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') setContext(null)
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    void submit()
  })
  field.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])]
    if (files.length > 0) event.preventDefault()
    for (const file of files) sendFile(file)
  })
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault()
    void submit()
  })
  for (const [button, input, kind] of [
    ['attach', 'file', undefined],
    ['voice', 'audio', 'voice'],
  ]) {
    byId(button).addEventListener('click', () => byId(input).click())
    byId(input).addEventListener('change', () => {
      const [file] = byId(input).files
      if (file !== undefined) sendFile(file, kind)
      byId(input).value = ''
    })
  }
  document.addEventListener('dragover', (event) => event.preventDefault())
  document.addEventListener('drop', (event) => {
    event.preventDefault()
    if (!byId('composer').parentElement.hidden) for (const file of event.dataTransfer?.files ?? []) sendFile(file)
  })

  return {
    reply: (message) => setContext({ kind: 'reply', message }),
    /** The same, unless something is being written or replied to already. */
    answer: (message) => {
      if (context === null && field.value === '') setContext({ kind: 'reply', message })
    },
    edit: (message) => setContext({ kind: 'edit', message }),
    reset: () => {
      field.value = ''
      setContext(null)
      fit()
    },
    show: (chat) => {
      commands = chat.commands
      showMenu()
      field.disabled = chat.blocked
      field.placeholder = chat.blocked ? 'You stopped this bot' : 'Message'
      byId('keyboard').hidden = chat.keyboard.length === 0
      byId('keyboard').replaceChildren(
        ...chat.keyboard.map((row) =>
          el(
            'div',
            { class: 'row' },
            row.map((label) => el('button', { type: 'button', onclick: () => deeds.press(label) }, label)),
          ),
        ),
      )
    },
  }
}
