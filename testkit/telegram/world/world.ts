// The world as its faces see it: the Bot API reads and writes it for bots, the user client for people.
import type { ChatMember, Message, ReactionType, Update } from '@grammyjs/types'
import { addBot, addUser, replaceToken } from './accounts.ts'
import { answerButton, pressButton, pressData } from './buttons.ts'
import { addGroup, assertInside, assertWritable, chatOf, privateChat } from './chats.ts'
import type { NewGroup } from './chats.ts'
import type { VirtualClock } from './clock.ts'
import { createFileStore } from './files.ts'
import type { FileStore } from './files.ts'
import { migrateGroup, setBlocked, setMember } from './membership.ts'
import { edit, push, react, remove, sendAsBot, sendAsUser, sendService } from './messages.ts'
import type {
  BotAccount,
  CallbackAnswer,
  Chat,
  MessageContent,
  NewBot,
  NewUser,
  PressedButton,
  SendOptions,
  StoredMessage,
  UpdateKind,
  UserAccount,
  WorldEvent,
} from './model.ts'
import type { ReplyMarkup } from './model.ts'
import { createWorldState } from './state.ts'
import type { UpdateQueue } from './updates.ts'
import { messageToWire } from './wire.ts'

export type World = {
  readonly clock: VirtualClock
  readonly files: FileStore

  // Accounts
  /** Username and name are made up when missing. Throws when the username is taken. */
  readonly addBot: (bot?: NewBot) => BotAccount
  readonly addUser: (user: NewUser) => UserAccount
  readonly bots: ReadonlyMap<number, BotAccount>
  readonly users: ReadonlyMap<number, UserAccount>
  readonly botByToken: (token: string) => BotAccount | undefined
  /** Without the @, in any case. */
  readonly accountByUsername: (username: string) => BotAccount | UserAccount | undefined
  /** The new token. The old one is unknown at once, and so are its webhook and polls. */
  readonly replaceToken: (bot: BotAccount) => string
  /** For what is bound to a token: webhooks and polls. */
  readonly onTokenReplaced: (listener: (bot: BotAccount) => void) => void

  // Chats
  /** The chat of a user with a bot; made when there is none. */
  readonly privateChat: (bot: BotAccount, user: UserAccount) => Chat
  readonly addGroup: (group: NewGroup) => Chat
  /** Group, supergroup or channel by id or @username (no private chats: these need a bot). */
  readonly chats: ReadonlyMap<number, Chat>
  /** What `chat_id` means to this bot. Throws "chat not found", or that it was upgraded. May be unwritable. */
  readonly chatOf: (bot: BotAccount, chatId: number | string) => Chat
  /** Throws the 403 or 400 that a send to it gets: blocked, deactivated, kicked, not a member, no rights. */
  readonly assertWritable: (bot: BotAccount, chat: Chat) => void
  /** Throws the 403 of a bot that is not in the group: kicked, left, or never there. */
  readonly assertInside: (bot: BotAccount, chat: Chat) => void
  /** Changes a membership: service message, my_chat_member and chat_member follow. */
  readonly setMember: (chat: Chat, member: ChatMember, byId: number) => void
  /** A group becomes a supergroup with a new id; both service messages are sent. The new chat. */
  readonly migrateGroup: (chat: Chat) => Chat
  /** Sends my_chat_member; while blocked, sends are refused and messages of the user do not arrive. */
  readonly setBlocked: (bot: BotAccount, user: UserAccount, blocked: boolean) => void

  // Messages
  /** Checks nothing but the topic; methods check what they were given (`readSendOptions` in api/send-options.ts). */
  readonly sendAsBot: (bot: BotAccount, chat: Chat, content: MessageContent, options?: SendOptions) => StoredMessage
  /** Stores it, and puts the update into the queue of each bot that may see it. */
  readonly sendAsUser: (user: UserAccount, chat: Chat, content: MessageContent, options?: SendOptions) => StoredMessage
  /** Something that happened in the chat, done by `byId`; every bot inside gets it, even the one that did it. */
  readonly sendService: (chat: Chat, byId: number, content: MessageContent, threadId?: number) => StoredMessage
  /** A new version. As a user's edit it becomes edited_message. `inlineKeyboard` undefined removes the keyboard. */
  readonly edit: (
    message: StoredMessage,
    byId: number,
    change: { readonly content: MessageContent; readonly inlineKeyboard?: StoredMessage['inlineKeyboard'] },
  ) => void
  /** False when it was deleted before. Bots are not told, as on Telegram. */
  readonly remove: (message: StoredMessage, byId: number) => boolean
  /** The message, unless it is unknown or deleted. */
  readonly message: (chat: Chat, id: number) => StoredMessage | undefined
  /** As it is now, in the shape of the Bot API. */
  readonly toWire: (message: StoredMessage) => Message
  /** Replaces what `byId` had set. A user's change becomes message_reaction for bots that are admins (or in private). */
  readonly react: (message: StoredMessage, byId: number, reactions: readonly ReactionType[]) => void
  /** Presses the button with this callback data; throws an Error when the message has no such button. */
  readonly pressButton: (user: UserAccount, message: StoredMessage, data: string) => PressedButton
  /** The same without looking for the button: what was edited away a moment ago can still be pressed. */
  readonly pressData: (bot: BotAccount, user: UserAccount, message: StoredMessage, data: string) => PressedButton
  /** False when the query is unknown, answered before or expired. */
  readonly answerButton: (bot: BotAccount, queryId: string, answer: CallbackAnswer) => boolean
  /** The keyboard under the user's input field in this chat now. */
  readonly keyboardOf: (chat: Chat) => ReplyMarkup | undefined

  // Updates and events
  readonly queueOf: (bot: BotAccount) => UpdateQueue
  /** Puts an update into the bot's queue, unless the bot did not ask for its kind. */
  readonly pushUpdate: <K extends UpdateKind>(bot: BotAccount, kind: K, payload: NonNullable<Update[K]>) => void
  /** Returns how to unsubscribe. */
  readonly subscribe: (listener: (event: WorldEvent) => void) => () => void
  readonly emit: (event: WorldEvent) => void
}

export function createWorld({ clock }: { readonly clock: VirtualClock }): World {
  const state = createWorldState(clock)
  return {
    clock,
    files: createFileStore(),
    addBot: (bot = {}) => addBot(state, bot),
    addUser: (user) => addUser(state, user),
    bots: state.bots,
    users: state.users,
    botByToken: (token) => state.botsByToken.get(token),
    accountByUsername: (username) => state.usernames.get(username.toLowerCase()),
    replaceToken: (bot) => replaceToken(state, bot),
    onTokenReplaced: (listener) => void state.tokenListeners.add(listener),
    privateChat: (bot, user) => privateChat(state, bot, user),
    addGroup: (group) => addGroup(state, group),
    chats: state.chats,
    chatOf: (bot, chatId) => chatOf(state, bot, chatId),
    assertWritable: (bot, chat) => assertWritable(state, bot, chat),
    assertInside,
    setMember: (chat, member, byId) => setMember(state, chat, member, byId),
    migrateGroup: (chat) => migrateGroup(state, chat),
    setBlocked: (bot, user, blocked) => setBlocked(state, bot, user, blocked),
    sendAsBot: (bot, chat, content, options) => sendAsBot(state, bot, chat, content, options),
    sendAsUser: (user, chat, content, options) => sendAsUser(state, user, chat, content, options),
    sendService: (chat, byId, content, threadId) => sendService(state, chat, byId, content, threadId),
    edit: (message, byId, change) => edit(state, message, byId, change),
    remove: (message, byId) => remove(state, message, byId),
    message: (chat, id) => {
      const message = chat.messages.get(id)
      return message?.deletedAt === undefined ? message : undefined
    },
    toWire: (message) => messageToWire(state, message),
    react: (message, byId, reactions) => react(state, message, byId, reactions),
    pressButton: (user, message, data) => pressButton(state, user, message, data),
    pressData: (bot, user, message, data) => pressData(state, bot, user, message, data),
    answerButton: (bot, queryId, answer) => answerButton(state, bot, queryId, answer),
    keyboardOf: (chat) => chat.keyboard,
    queueOf: (bot) => {
      const queue = state.queues.get(bot.id)
      if (queue === undefined) throw new Error(`Bot ${bot.id} is not of this world.`)
      return queue
    },
    pushUpdate: (bot, kind, payload) => push(state, bot.id, kind, payload),
    subscribe: state.subscribe,
    emit: state.emit,
  }
}
