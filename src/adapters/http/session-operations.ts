// The console's session: a one-time login token becomes a cookie.
import { z } from 'zod'
import { SCOPES } from '../../core/vocabulary/principal.ts'
import type { Principal } from '../../core/vocabulary/principal.ts'
import { endedSessionCookie, sessionCookie } from './authenticate.ts'
import { name } from './event-schemas.ts'
import { json, openOperation, operation } from './operation.ts'
import { problem } from './problem.ts'
import { issueSession, loginDigest, SESSION_SECONDS, sessionPrincipal } from './tokens.ts'

const sessionSchema = name(
  'Session',
  z.object({
    user_id: z.string(),
    role: z.enum(['owner', 'member', 'guest']),
    scopes: z.array(z.enum(SCOPES)),
    expires_at: z.iso.datetime(),
  }),
)

export const sessionOperations = [
  openOperation({
    method: 'post',
    path: '/v1/session',
    id: 'signIn',
    summary: 'Exchange a one-time login token for a session cookie.',
    body: z.object({ token: z.string().min(1).max(200) }),
    responses: { 201: { description: 'Signed in; the cookie is set.', schema: sessionSchema } },
    handle: async ({ deps, config, body }) => {
      const now = deps.clock.now()
      const userId = await deps.access.takeLoginToken(loginDigest(deps.ids, body.token), now)
      if (userId === null) {
        return problem(401, 'login_token_invalid', 'This login token is unknown, used or expired. Ask for a new one.', {
          headers: { 'www-authenticate': 'Bearer realm="factotum"' },
        })
      }
      const principal = sessionPrincipal(userId, config.owners)
      const ttlSeconds = SESSION_SECONDS
      const session = await issueSession({ secret: config.jwtSecret, principal, ttlSeconds, now, id: deps.ids.next() })
      const expiresAt = new Date(now.getTime() + ttlSeconds * 1_000)
      return json(sessionToWire(principal, expiresAt), 201, { 'set-cookie': sessionCookie(config, session) })
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
    summary: 'Forget the session in this browser.',
    access: 'signed-in',
    responses: { 204: { description: 'Signed out.' } },
    handle: async ({ config }) =>
      new Response(null, { status: 204, headers: { 'set-cookie': endedSessionCookie(config) } }),
  }),
]

function sessionToWire(principal: Principal, expiresAt: Date) {
  const { userId, role, scopes } = principal
  return { user_id: userId, role, scopes, expires_at: expiresAt.toISOString() }
}
