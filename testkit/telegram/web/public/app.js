// The page: who is playing, which chat is open, and keeping both in step with the world.
import { createComposer } from './composer.js'
import { alertDialog, choose, form, show, toast } from './dialogs.js'
import { avatar, byId, clock, el, reconcile } from './dom.js'
import { draftNode, messageNode } from './messages.js'
import { act, ask, listen, upload } from './server.js'

const state = { as: null, to: null, topic: null, chat: null, jump: false }
const at = () => ({ as: state.as, to: state.to })
const deed = (what, more = {}) =>
  act({ what, ...at(), ...(state.topic === null ? {} : { topic: state.topic }), ...more })
const trying = (promise) => promise.catch((error) => toast(error.message, 'bad'))

const composer = createComposer({
  send: (text, replyTo) => deed('send', { text, replyTo }).then(jump),
  edit: (message, text) => deed('edit', { id: message.id, text }),
  upload: (file, kind) =>
    upload(file, { ...at(), kind, ...(state.topic === null ? {} : { topic: state.topic }) }).then(jump),
  press: (label) => trying(deed('press', { label }).then(jump)),
})

const actions = {
  me: () => state.as,
  reply: composer.reply,
  edit: composer.edit,
  copy: (text) => navigator.clipboard?.writeText(text).then(() => toast('Copied')),
  remove: (message) => trying(deed('delete', { id: message.id })),
  react: (message, emoji) => trying(deed('react', { id: message.id, emoji })),
  tap: async (message, button, node) => {
    if (button.url !== undefined && !/^https?:/i.test(button.url)) return toast(button.url)
    if (button.url !== undefined) return open(button.url, '_blank', 'noopener,noreferrer')
    if (button.copyText !== undefined) return actions.copy(button.copyText)
    node.classList.add('busy')
    try {
      const outcome = await deed('tap', { id: message.id, button: button.data ?? button.text })
      if (outcome.type === 'expired') toast('The bot did not answer', 'bad')
      else if (outcome.type === 'answered' && outcome.alert) alertDialog(outcome.text)
      else if (outcome.type === 'answered' && outcome.text !== '') toast(outcome.text)
    } catch (error) {
      toast(error.message, 'bad')
    } finally {
      node.classList.remove('busy')
    }
  },
}

let asked = null
let refreshing = false
let again = false

/** One refresh at a time; what comes meanwhile leads to one more. */
async function refresh() {
  if (refreshing) {
    again = true
    return
  }
  refreshing = true
  try {
    await showPeople()
    await showChats()
    if (state.to !== null) await showChat()
  } catch (error) {
    toast(error.message, 'bad')
  }
  refreshing = false
  if (again) {
    again = false
    void refresh()
  }
}

async function showPeople() {
  const people = await ask('people')
  if (!people.some((one) => one.id === state.as)) state.as = people[0].id
  byId('people').replaceChildren(
    ...people.map(({ id, name }) => el('option', { value: id, selected: id === state.as }, name)),
  )
}

async function showChats() {
  const chats = await ask('chats', { as: state.as })
  const shown = chats.map((chat) => ({ ...chat, current: chat.to === state.to }))
  reconcile(
    byId('chats'),
    shown,
    (chat) => chat.to,
    (chat) => {
      const words =
        chat.last === null
          ? chat.username === null
            ? 'Group'
            : `@${chat.username}`
          : chat.last.text || `(${chat.last.media?.type ?? 'message'})`
      const who = chat.last !== null && chat.last.mine ? 'You: ' : ''
      return el(
        'button',
        { type: 'button', class: 'chat', 'aria-current': chat.current ? 'true' : null, onclick: () => enter(chat.to) },
        avatar(chat.title, chat.to),
        el(
          'span',
          { class: 'chat-words' },
          el('strong', {}, chat.title),
          el('span', { class: 'last' }, who, words.slice(0, 90)),
        ),
        chat.last === null ? null : el('time', {}, clock(chat.last.at)),
      )
    },
  )
  if (chats.length === 0) byId('chats').replaceChildren(el('p', { class: 'hint' }, 'No bots yet: + makes one.'))
}

function enter(to) {
  state.to = to
  state.topic = null
  state.chat = null
  byId('log').replaceChildren()
  delete byId('log').rendered
  composer.reset()
  document.body.classList.add('in-room')
  jump()
}

async function showChat() {
  const { to } = state
  const chat = await ask('chat', at())
  if (to !== state.to) return
  state.chat = chat
  for (const part of document.querySelectorAll('.room-head, .log, .foot')) part.hidden = false
  byId('empty').hidden = true
  showHead(chat)
  showTopics(chat)
  const pin = chat.pinned.at(-1)
  byId('pinned').hidden = pin === undefined
  byId('pinned').textContent = pin === undefined ? '' : `📌 ${pin.text.slice(0, 140)}`
  composer.show(chat)
  openAskedReply(chat)
  showLog(chat)
  // "typing" ends by itself: nobody tells.
  if (chat.actions.length > 0) setTimeout(() => void refresh(), 1000)
}

/** As apps do where a bot asks for a reply: once, and not while something is being written. */
function openAskedReply(chat) {
  const here = chat.messages.filter((message) => state.topic === null || message.topic === state.topic)
  const last = here.findLast((message) => message.mine || message.asksReply)
  if (last === undefined || last.mine) return
  const question = `${chat.to}/${last.id}`
  if (question === asked) return
  asked = question
  composer.answer(last)
}

function showHead(chat) {
  byId('title').textContent = chat.title
  byId('avatar').replaceChildren(avatar(chat.title, chat.to))
  const doing = chat.actions[0]
  const status = byId('status')
  status.textContent =
    doing === undefined ? (chat.type === 'private' ? 'bot' : 'group') : `${doing.action.replaceAll('_', ' ')}…`
  status.classList.toggle('doing', doing !== undefined)
  byId('block').hidden = chat.type !== 'private'
  byId('block').textContent = chat.blocked ? 'Start again' : 'Stop bot'
}

function showTopics(chat) {
  byId('topics').hidden = !chat.forum && chat.topics.length === 0
  const chip = (id, name) =>
    el(
      'button',
      {
        type: 'button',
        'aria-pressed': String(state.topic === id),
        onclick: () => {
          state.topic = id
          jump()
        },
      },
      name,
    )
  const add = el('button', { type: 'button', class: 'add', 'aria-label': 'New topic', onclick: newTopic }, '+ Topic')
  byId('topics').replaceChildren(
    chip(null, 'All'),
    ...chat.topics.map(({ id, name, closed }) => chip(id, closed ? `${name} (closed)` : name)),
    add,
  )
}

function showLog(chat) {
  const log = byId('log')
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80
  const messages = chat.messages.filter((message) => state.topic === null || message.topic === state.topic)
  const context = {
    group: chat.type !== 'private',
    names: chat.names,
    find: (id) => chat.messages.find((one) => one.id === id),
    actions,
  }
  const items = messages.map((message, index) => {
    const before = messages[index - 1]
    const follows =
      before !== undefined &&
      !before.service &&
      before.from.id === message.from.id &&
      Date.parse(message.at) - Date.parse(before.at) < 300_000
    return { kind: 'message', ...message, follows, replied: context.find(message.replyTo)?.version }
  })
  const drafts = chat.drafts
    .filter((draft) => state.topic === null || draft.topic === state.topic)
    .map((draft) => ({ ...draft, kind: 'draft' }))
  reconcile(
    log,
    [...items, ...drafts],
    (item) => `${item.kind}${item.id}`,
    (item) =>
      item.kind === 'draft'
        ? draftNode(item, chat.names[item.bot] ?? 'Bot', () => trying(deed('stop')))
        : messageNode(item, context),
  )
  if (atEnd || state.jump) log.scrollTop = log.scrollHeight
  state.jump = false
}

/** The next look at the chat ends at its last message, wherever the reader was. */
function jump() {
  state.jump = true
  void refresh()
}

async function newTopic() {
  const values = await form('New topic', [{ name: 'name', label: 'Name' }], 'Make it')
  if (values === null) return
  const made = await trying(act({ what: 'topic', ...at(), name: values.name }))
  if (made !== undefined) state.topic = made.topic
  void refresh()
}

byId('new').addEventListener('click', async () => {
  const what = await choose('New', [
    { label: 'Group', hint: 'with everyone here and every bot', value: 'group' },
    { label: 'Person', hint: 'somebody else to play', value: 'person' },
    { label: 'Bot', hint: 'with a token for your program', value: 'bot' },
  ])
  if (what === null) return
  const name = { name: 'name', label: what === 'group' ? 'Title' : 'Name' }
  const more = {
    group: [{ name: 'forum', label: 'With topics', type: 'checkbox' }],
    person: [],
    bot: [{ name: 'username', label: 'Username, ending in "bot"', pattern: '[A-Za-z]\\w{1,28}[Bb][Oo][Tt]' }],
  }
  const values = await form(`New ${what}`, [name, ...more[what]], 'Make it')
  if (values === null) return
  const made = await trying(act({ what, as: state.as, ...values }))
  if (made === undefined) return
  if (what === 'bot') show(`@${values.username}`, [['Token', made.token]])
  if (what === 'person') state.as = made.id
  if (what === 'group') enter(made.id)
  void refresh()
})

byId('people').addEventListener('change', () => {
  state.as = Number(byId('people').value)
  byId('log').replaceChildren()
  delete byId('log').rendered
  jump()
})
byId('back').addEventListener('click', () => document.body.classList.remove('in-room'))
byId('block').addEventListener('click', () => trying(deed('block', { blocked: !state.chat.blocked })))

listen(
  () => {
    document.body.classList.remove('offline')
    void refresh()
  },
  () => document.body.classList.add('offline'),
)
