// The console's session: a one-time login token, or Telegram's word for who somebody is, becomes a cookie.
import { z } from 'zod'
import { roleNow, sessionScopes } from '../../core/access/scopes.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import { SCOPES } from '../../core/vocabulary/principal.ts'
import type { Principal } from '../../core/vocabulary/principal.ts'
import { endedSessionCookie, sessionCookie } from './authenticate.ts'
import { name } from './event-schemas.ts'
import { issueCredential, revokeCredential } from './issue-credential.ts'
import { json, openOperation, operation } from './operation.ts'
import type { Incoming } from './operation.ts'
import { problem } from './problem.ts'
import type { Problem } from './problem.ts'
import { LOGIN_MS, readInitData, readWidget } from './telegram-login.ts'
import { SESSION_SECONDS, takeLoginToken } from './tokens.ts'

/** Of logins that were refused, this many a minute are written down: nobody fills the log by guessing. */
const RECORDED = { key: 'login.refused', points: 30, perMs: 60_000 }
const NOBODY = 'nobody' as UserId
const REALM = { headers: { 'www-authenticate': 'Bearer realm="factotum"' } }
/** What pages of ours may have kept in the browser; cookies are not named, as that would take those of neighbours too. */
const FORGET = '"cache", "storage"'

const sessionSchema = name(
  'Session',
  z.object({
    user_id: z.string(),
    role: z.enum(['owner', 'member', 'guest']),
    scopes: z.array(z.enum(SCOPES)),
    expires_at: z.iso.datetime(),
  }),
)
const waysSchema = name(
  'SignInWays',
  z.object({ telegram: z.object({ bot_id: z.string(), bot_username: z.string() }).nullable() }),
)
const telegramBody = z.union([
  z.strictObject({ init_data: z.string().min(1).max(8_000) }),
  z.strictObject({
    widget: z.record(z.string().max(100), z.union([z.string().max(2_000), z.number()])),
  }),
])
const signedIn = { 201: { description: 'Signed in; the cookie is set.', schema: sessionSchema } }

export const sessionOperations = [
  openOperation({
    method: 'post',
    path: '/v1/session',
    id: 'signIn',
    summary: 'Exchange a one-time login token for a session cookie.',
    body: z.object({ token: z.string().min(1).max(200) }),
    responses: signedIn,
    handle: async (call) => {
      const { deps, config, body } = call
      const userId = await takeLoginToken({ ...deps, keyring: config.keyring }, body.token)
      if (userId === null) {
        await recordRefusal(call, NOBODY, 'a one-time link that is unknown, used or expired')
        return problem(
          401,
          'login_token_invalid',
          'This login token is unknown, used or expired. Ask for a new one.',
          REALM,
        )
      }
      const role = await roleNow(deps, config.owners, userId)
      // The link was made by somebody who could; the person may have been shut out since.
      if (role === null && userId.startsWith('telegram:')) return notLetIn(call, userId)
      return signIn(call, userId, role ?? 'member', 'a one-time link')
    },
  }),
  openOperation({
    method: 'post',
    path: '/v1/session/telegram',
    id: 'signInWithTelegram',
    summary:
      "Sign in as the person whom Telegram names: with a Mini App's `init_data` exactly as it was given, or with the fields of the login " +
      'widget. Holds for five minutes and once, and only for people who were let in.',
    body: telegramBody,
    responses: signedIn,
    handle: async (call) => {
      const { deps, config, body } = call
      const now = deps.clock.now()
      const login =
        'init_data' in body
          ? readInitData(body.init_data, config.telegramTokens, now)
          : readWidget(body.widget, config.telegramTokens, now)
      const invalid = problem(
        401,
        'telegram_login_invalid',
        'This is not signed by one of our bots, is older than five minutes, or was used before. Try again from Telegram.',
        REALM,
      )
      if (login === null) {
        await recordRefusal(call, NOBODY, 'what Telegram is said to have signed does not hold')
        return invalid
      }
      const role = await roleNow(deps, config.owners, login.userId)
      if (role === null) return notLetIn(call, login.userId)
      const used = { key: `telegram-login:${login.proof}`, points: 1, perMs: LOGIN_MS * 2 }
      if ((await deps.rates.take([used])).type === 'limited') {
        await recordRefusal(call, login.userId, 'what Telegram signed was used before')
        return invalid
      }
      return signIn(call, login.userId, role, 'Telegram')
    },
  }),
  openOperation({
    method: 'get',
    path: '/v1/session/ways',
    id: 'listSignInWays',
    summary: 'How people can sign in to the console besides a one-time link.',
    responses: {
      200: { description: 'The bot that vouches for people; null where there is none.', schema: waysSchema },
    },
    handle: async ({ deps, config }) => {
      const ids = config.telegramTokens.map((token) => token.slice(0, token.indexOf(':')))
      const bots = ids.length === 0 ? [] : await deps.bots()
      const bot = bots.find(({ bot: id, username }) => ids.includes(id) && username !== null)
      const telegram = bot?.username == null ? null : { bot_id: bot.bot, bot_username: bot.username }
      return json({ telegram })
    },
  }),
  operation({
    method: 'get',
    path: '/v1/session',
    id: 'getSession',
    summary: 'Who the caller is.',
    access: 'signed-in',
    responses: { 200: { description: 'The caller.', schema: sessionSchema } },
    handle: async ({ caller }) => json(sessionToWire(caller.principal, caller.expiresAt)),
  }),
  operation({
    method: 'delete',
    path: '/v1/session',
    id: 'signOut',
    summary:
      'End the session, in this browser and wherever its cookie may be. A token is revoked as a credential instead.',
    access: 'signed-in',
    responses: { 204: { description: 'Signed out.' } },
    handle: async ({ deps, config, caller }) => {
      if (caller.via === 'session') await revokeCredential(deps, caller.credentialId, caller.principal.userId)
      const headers = {
        'set-cookie': endedSessionCookie(config),
        'clear-site-data': FORGET,
        'cache-control': 'no-store',
      }
      return new Response(null, { status: 204, headers })
    },
  }),
]

async function signIn(
  { deps, config, request }: Incoming,
  userId: UserId,
  role: 'owner' | 'member',
  by: string,
): Promise<Response> {
  const principal: Principal = { userId, role, scopes: sessionScopes(role) }
  await deps.recorder.record(userId, 'login', `signed in with ${by}`, { role })
  const { credential, token } = await issueCredential(deps, {
    key: (await config.keyring()).current,
    kind: 'session',
    principal,
    label: request.headers.get('user-agent') ?? 'a browser',
    issuedBy: userId,
    ttlSeconds: SESSION_SECONDS,
  })
  return json(sessionToWire(principal, credential.expiresAt), 201, { 'set-cookie': sessionCookie(config, token) })
}

async function notLetIn(incoming: Incoming, userId: UserId): Promise<Problem> {
  await recordRefusal(incoming, userId, 'they were not let in')
  return problem(
    403,
    'not_let_in',
    'I know who you are, but nobody let you in. Write to the bot first, and ask an owner.',
  )
}

async function recordRefusal({ deps }: Incoming, userId: UserId, why: string): Promise<void> {
  if ((await deps.rates.take([RECORDED])).type === 'ok') await deps.recorder.record(userId, 'login.refused', why)
}

function sessionToWire(principal: Principal, expiresAt: Date) {
  const { userId, role, scopes } = principal
  return { user_id: userId, role, scopes, expires_at: expiresAt.toISOString() }
}
