// The world as its faces see it: the Bot API reads and writes it for bots, the user client for people.
import type { ChatMember, Message, ReactionType, Update } from '@grammyjs/types'
import type { VirtualClock } from './clock.ts'
import type { FileStore } from './files.ts'
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
import type { UpdateQueue } from './updates.ts'

export type NewGroup = {
  readonly title: string
  /** Default 'supergroup'; a forum always is one. */
  readonly type?: 'group' | 'supergroup' | 'channel'
  readonly isForum?: boolean
  readonly username?: string
  /** The first one is the owner. */
  readonly members: readonly (UserAccount | BotAccount)[]
  readonly admins?: readonly (UserAccount | BotAccount)[]
}

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
