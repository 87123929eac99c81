// The names of things, branded so that one kind of id can't be passed where another is meant. All are UUIDv7 strings
// (RFC 9562 section 5.7: sortable by creation) except where said.
export type TaskId = string & { readonly brand: 'TaskId' }
export type ThreadId = string & { readonly brand: 'ThreadId' }
export type MessageId = string & { readonly brand: 'MessageId' }
export type ApprovalId = string & { readonly brand: 'ApprovalId' }
export type FactId = string & { readonly brand: 'FactId' }
export type SourceId = string & { readonly brand: 'SourceId' }
export type ArtifactId = string & { readonly brand: 'ArtifactId' }
/** Unguessable (128 random bits, base32), because knowing it opens the preview. */
export type PreviewId = string & { readonly brand: 'PreviewId' }
/** A process that claims tasks, e.g. `host-4711-ab12`. Not a UUID: people read it in logs. */
export type WorkerId = string & { readonly brand: 'WorkerId' }
/** Who asks: `owner`, or the id an interface knows them by (`telegram:4711`). Not a UUID. */
export type UserId = string & { readonly brand: 'UserId' }
/** A git object name, 40 hex digits. */
export type CommitId = string & { readonly brand: 'CommitId' }
/** Behind a button: unguessable (128 random bits, base32), because knowing it is half of pressing it. */
export type ActionId = string & { readonly brand: 'ActionId' }
/** A token or a session: the `jti` of its JWT. */
export type CredentialId = string & { readonly brand: 'CredentialId' }
/**
 * Files that one agent works on: a task's own, or those of a branch beside them, on which another agent of the same task works at the same
 * time. The name of the task, `--`, the name of the branch.
 */
export type WorktreeId = TaskId | (string & { readonly brand: 'WorktreeId' })
