// Ways in: a URL that leads a person's browser to a port inside a sandbox, for a while.
import type { PreviewId, TaskId } from '../vocabulary/ids.ts'

export type Preview = {
  readonly id: PreviewId
  readonly taskId: TaskId
  readonly port: number
  readonly url: string
  readonly expiresAt: Date
}

export interface Previews {
  /** Publishes the socket (see Sandbox.openPort) under an unguessable URL. Opening the same task's port again replaces the former preview. */
  open(taskId: TaskId, port: number, socketPath: string): Promise<Preview>
  /** Afterwards the URL answers 404 and open connections are cut. Returns what was closed; closing nothing is fine. */
  close(taskId: TaskId): Promise<readonly Preview[]>
}
