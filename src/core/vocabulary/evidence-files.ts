// The files of a task's evidence: what they are called, and where they are kept.

export const REPORT_FILE = 'report.html'
/** In the order in which a chat would rather have them. */
export const PICTURE_FILES = ['preview-desktop.png', 'preview-phone.png'] as const

/** The object key of one of them: nobody but the crew keeps files there. */
export function evidenceKey(taskId: string, name: string): string {
  return `artifacts/${taskId}/evidence/${name}`
}
