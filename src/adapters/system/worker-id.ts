// Names of worker processes that tell their machine and process, so that another process there can see whether one died.
import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Ids } from '../../core/ports/ids.ts'
import type { WorkerId } from '../../core/vocabulary/ids.ts'

/** This machine since its last boot, as processes see each other on it: containers with a pid space of their own differ. */
const MACHINE = createHash('sha256').update(identity()).digest('hex').slice(0, 12)

export function newWorkerId(ids: Ids): WorkerId {
  return `${hostname()}-${MACHINE}-${process.pid}-${ids.unguessable().slice(0, 6)}` as WorkerId
}

/** True for a process of this machine that is gone; false for other machines' workers, about which nothing is known. */
export function isDead(worker: WorkerId): boolean {
  const [machine, pid] = worker.split('-').slice(-3, -1)
  if (machine !== MACHINE || pid === undefined || !/^\d+$/.test(pid)) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH'
  }
}

function identity(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
