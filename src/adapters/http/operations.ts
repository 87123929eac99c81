// Every operation of the API: the server answers them, contracts/openapi.json describes them.
import { adminOperations } from './admin-operations.ts'
import { artifactOperations } from './artifact-operations.ts'
import { auditOperations } from './audit-operations.ts'
import { credentialOperations } from './credential-operations.ts'
import { deliveryOperations } from './delivery-operations.ts'
import { healthOperations } from './health-operations.ts'
import { knowledgeOperations } from './knowledge-operations.ts'
import { memoryOperations } from './memory-operations.ts'
import type { Operation } from './operation.ts'
import { peopleOperations } from './people-operations.ts'
import { policyOperations } from './policy-operations.ts'
import { reportOperations } from './report-operations.ts'
import { secretOperations } from './secret-operations.ts'
import { sessionOperations } from './session-operations.ts'
import { taskOperations } from './task-operations.ts'
import { templateOperations } from './template-operations.ts'
import { threadOperations } from './thread-operations.ts'
import { workerOperations } from './worker-operations.ts'

export const operations: readonly Operation[] = [
  ...taskOperations,
  ...deliveryOperations,
  ...artifactOperations,
  ...reportOperations,
  ...threadOperations,
  ...templateOperations,
  ...memoryOperations,
  ...knowledgeOperations,
  ...peopleOperations,
  ...sessionOperations,
  ...secretOperations,
  ...credentialOperations,
  ...policyOperations,
  ...adminOperations,
  ...auditOperations,
  ...workerOperations,
  ...healthOperations,
]

const TASKS = '/v1/tasks'
/** Names under which the same handlers answer, for clients that know the API by them. */
const ALIASES = ['/tasks', '/v1/jobs']

export function pathsOf(path: string): readonly string[] {
  if (path !== TASKS && !path.startsWith(`${TASKS}/`)) return [path]
  return [path, ...ALIASES.map((alias) => alias + path.slice(TASKS.length))]
}
