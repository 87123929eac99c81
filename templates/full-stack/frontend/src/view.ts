// Draws what the page knows. What people wrote is set as text and is never markup.
import type { Task } from '../../backend/src/task.ts'
import { summary } from './state.ts'
import type { State } from './state.ts'

export type Handlers = {
  readonly toggle: (task: Task) => void
  readonly remove: (task: Task) => void
}

export function draw(state: State, handlers: Handlers): void {
  find('#summary').textContent = summary(state)
  const problem = find('#problem')
  problem.hidden = state.problem === null
  problem.textContent = state.problem ?? ''
  const focused = document.activeElement?.id ?? ''
  find('#tasks').replaceChildren(...(state.tasks ?? []).map((task) => taskItem(task, handlers)))
  // The elements are new: whoever works with a keyboard stays where they were.
  if (focused !== '') document.getElementById(focused)?.focus()
}

function taskItem(task: Task, { toggle, remove }: Handlers): HTMLElement {
  const box = document.createElement('input')
  box.type = 'checkbox'
  box.id = `task-${task.id}`
  box.checked = task.done
  box.addEventListener('change', () => toggle(task))
  const label = document.createElement('label')
  label.htmlFor = box.id
  label.textContent = task.title
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'quiet'
  button.textContent = 'Remove'
  button.setAttribute('aria-label', `Remove: ${task.title}`)
  button.addEventListener('click', () => remove(task))
  const item = document.createElement('li')
  item.className = 'card row'
  item.append(box, label, button)
  return item
}

export function find<E extends HTMLElement = HTMLElement>(selector: string): E {
  const element = document.querySelector<E>(selector)
  if (element === null) throw new Error(`The page has no ${selector}`)
  return element
}
