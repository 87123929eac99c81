// Tokens and sessions over HTTP: what there is, a new one, and an end to one.
import { z } from 'zod'
import { issueProblem, roleNow } from '../../core/access/scopes.ts'
import { CREDENTIAL_KINDS } from '../../core/vocabulary/credential.ts'
import type { CredentialRecord } from '../../core/vocabulary/credential.ts'
import type { CredentialId, UserId } from '../../core/vocabulary/ids.ts'
import { SCOPES } from '../../core/vocabulary/principal.ts'
import { name } from './event-schemas.ts'
import { issueCredential, revokeCredential } from './issue-credential.ts'
import { hasScope, isUuid, json, operation } from './operation.ts'
import { invalidField, problem } from './problem.ts'
import { listOf } from './wire.ts'

const DAY_SECONDS = 86_400
const LONGEST_SECONDS = 366 * DAY_SECONDS
const NO_SUCH_CREDENTIAL = problem(
  404,
  'credential_not_found',
  'There is no credential with this id that you may revoke.',
)

const role = z.enum(['owner', 'member', 'guest'])
const userId = z.string().regex(/^[\w:.@+-]{1,200}$/, 'must be an id such as telegram:4711')
const fields = {
  id: z.string(),
  kind: z.enum(CREDENTIAL_KINDS),
  user_id: z.string(),
  role,
  scopes: z.array(z.enum(SCOPES)),
  label: z.string(),
  issued_by: z.string(),
  issued_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
  revoked_at: z.iso.datetime().nullable(),
  current: z.boolean().meta({ description: 'The one that this request was made with.' }),
}
const credentialSchema = name('Credential', z.object(fields))
const issuedSchema = name(
  'IssuedCredential',
  z.object({ ...fields, token: z.string().meta({ description: 'Shown this once: it is not kept.' }) }),
)

export const credentialOperations = [
  operation({
    method: 'get',
    path: '/v1/credentials',
    id: 'listCredentials',
    summary:
      "The caller's tokens and sessions, newest first; with `admin` those of `user_id`, or everybody's. What ended a month ago is left out.",
    access: 'signed-in',
    query: z.object({ user_id: userId.optional() }),
    responses: { 200: { description: 'All of them.', schema: listOf('CredentialPage', credentialSchema) } },
    handle: async ({ deps, caller, query }) => {
      const { principal, credentialId } = caller
      const isAdmin = hasScope(caller, 'admin')
      const asked = query.user_id === undefined ? null : (query.user_id as UserId)
      if (!isAdmin && asked !== null && !principal.ids.includes(asked))
        return problem(403, 'owners_only', 'Only owners see the credentials of others.')
      const whose: readonly (UserId | null)[] = asked !== null ? [asked] : isAdmin ? [null] : principal.ids
      const found = (await Promise.all(whose.map((id) => deps.credentials.list(id)))).flat()
      const items = found
        .toSorted((a, b) => b.issuedAt.getTime() - a.issuedAt.getTime())
        .map((it) => credentialToWire(it, credentialId))
      return json({ items, next_cursor: null })
    },
  }),
  operation({
    method: 'post',
    path: '/v1/credentials',
    id: 'createCredential',
    summary:
      'Issue a token for a program: for the caller, or for `user_id`. It can do what its role can at the most; the token itself is shown once.',
    access: 'admin',
    body: z.object({
      user_id: userId.nullish(),
      role: role.nullish(),
      scopes: z.array(z.enum(SCOPES)).max(SCOPES.length).nullish(),
      ttl_seconds: z.int().min(1).max(LONGEST_SECONDS).nullish(),
      label: z.string().max(100).nullish(),
    }),
    responses: { 201: { description: 'The credential with its token.', schema: issuedSchema } },
    handle: async ({ deps, config, caller, body }) => {
      const id = (body.user_id ?? caller.principal.userId) as UserId
      const known = await roleNow(deps, config.owners, id)
      const wanted = { userId: id, role: body.role ?? known ?? 'member' }
      const scopes = [...new Set(body.scopes ?? (['tasks:read', 'tasks:write'] as const))]
      const principal = {
        ...wanted,
        scopes: wanted.role === 'guest' && body.scopes == null ? (['tasks:read'] as const) : scopes,
      }
      const refused = issueProblem(principal, known)
      if (refused !== null) return invalidField(body.scopes == null ? 'role' : 'scopes', refused)
      const { credential, token } = await issueCredential(deps, {
        key: (await config.keyring()).current,
        kind: 'token',
        principal,
        label: body.label ?? '',
        issuedBy: caller.principal.userId,
        ttlSeconds: body.ttl_seconds ?? DAY_SECONDS,
      })
      return json({ ...credentialToWire(credential, caller.credentialId), token }, 201)
    },
  }),
  operation({
    method: 'delete',
    path: '/v1/credentials/{credential_id}',
    id: 'revokeCredential',
    summary: 'Make a token or a session worthless at once; what is open with it is closed. Repeating changes nothing.',
    access: 'signed-in',
    responses: { 204: { description: 'It is revoked.' } },
    handle: async ({ deps, caller, params }) => {
      const id = params['credential_id'] ?? ''
      const credential = isUuid(id) ? await deps.credentials.find(id as CredentialId) : null
      const { principal } = caller
      if (credential === null || !(hasScope(caller, 'admin') || principal.ids.includes(credential.userId)))
        return NO_SUCH_CREDENTIAL
      await revokeCredential(deps, credential.id, principal.userId)
      return new Response(null, { status: 204, headers: { 'cache-control': 'no-store' } })
    },
  }),
]

export function credentialToWire(it: CredentialRecord, current: CredentialId | null) {
  return {
    id: it.id,
    kind: it.kind,
    user_id: it.userId,
    role: it.role,
    scopes: [...it.scopes],
    label: it.label,
    issued_by: it.issuedBy,
    issued_at: it.issuedAt.toISOString(),
    expires_at: it.expiresAt.toISOString(),
    revoked_at: it.revokedAt?.toISOString() ?? null,
    current: it.id === current,
  }
}
