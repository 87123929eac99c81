// The commands that people type, in the words in which menus and the help show them.

export type CommandInfo = {
  /** Without the slash. */
  readonly name: string
  /** What comes behind it, for the help; empty where nothing does. */
  readonly takes: string
  /** One line, for menus: at most 60 characters. */
  readonly says: string
  readonly for: 'everybody' | 'owners'
  readonly in: 'everywhere' | 'groups'
}

const everybody = { for: 'everybody', in: 'everywhere' } as const
const owners = { for: 'owners', in: 'everywhere' } as const

/** In the order of the menu. */
export const COMMANDS: readonly CommandInfo[] = [
  { name: 'new_task', takes: 'what to do', says: 'Start a task', ...everybody },
  { name: 'status', takes: '[pin | unpin]', says: 'What is open here, and what it waits for', ...everybody },
  { name: 'task', takes: '[id]', says: 'Details of a task', ...everybody },
  { name: 'abort', takes: '[id | all]', says: 'Stop a task', ...everybody },
  { name: 'run', takes: 'command', says: 'Run a shell command, once approved', ...owners },
  { name: 'approve', takes: '[id]', says: 'Say yes to what waits for approval', ...owners },
  { name: 'deny', takes: '[id]', says: 'Say no to what waits for approval', ...owners },
  { name: 'new', takes: '', says: 'Start afresh: what was said before is left behind', ...everybody },
  { name: 'reset', takes: '', says: 'The same as /new', ...everybody },
  { name: 'context', takes: '[words]', says: 'What I am told beside your words', ...everybody },
  { name: 'memory', takes: '[forgotten]', says: 'What I remember, to keep or to forget', ...everybody },
  { name: 'remember', takes: 'what', says: 'Have something remembered, e.g. a rule', ...everybody },
  { name: 'forget', takes: 'words | id', says: 'Have something forgotten', ...everybody },
  { name: 'link', takes: '[code]', says: 'Be one person to me at two places', ...everybody },
  { name: 'login', takes: '', says: 'A link into the web console', ...everybody },
  { name: 'verbosity', takes: '0 | 1 | 2', says: 'How much I tell while I work', ...everybody },
  { name: 'open', takes: '', says: 'Let members give me work in this group', for: 'owners', in: 'groups' },
  { name: 'close', takes: '', says: 'Take work in this group from owners only', for: 'owners', in: 'groups' },
  { name: 'panic', takes: 'on | off', says: 'Stop everything at once', ...owners },
  { name: 'help', takes: '', says: 'What you can do here', ...everybody },
  { name: 'start', takes: '', says: 'Say hello', ...everybody },
]

/** What the help and the menu of a person offer in a kind of place. */
export function commandsFor(role: 'owner' | 'member', direct: boolean): readonly CommandInfo[] {
  return COMMANDS.filter(
    (command) => (role === 'owner' || command.for === 'everybody') && (!direct || command.in === 'everywhere'),
  )
}
