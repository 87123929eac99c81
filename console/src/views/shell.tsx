// The frame around every screen: sidebar or bottom bar, the line to the server, and who is let in.
import { useEffect } from 'preact/hooks'
import type { ConsoleApp } from '../live/console-app.ts'
import { routeLink } from '../state/route.ts'
import type { Route } from '../state/route.ts'
import { Chat } from './chat.tsx'
import { ControlPage } from './control-page.tsx'
import { KnowledgePage } from './knowledge-page.tsx'
import { MemoryPage } from './memory-page.tsx'
import { SignedOut, SigningIn } from './sign-in.tsx'
import { Icon } from './pieces.tsx'
import type { IconName } from './pieces.tsx'
import { StopButton, StoppedBanner } from './stop-everything.tsx'
import { SystemPage, SystemSummary } from './system-page.tsx'
import { TaskListPanel } from './task-list-panel.tsx'
import { TaskPage } from './task-page.tsx'
import { ThreadPage } from './thread-page.tsx'

type Props = { readonly app: ConsoleApp }

const CONTROL: Route = { type: 'control', page: 'audit', task: null }

export function Shell({ app }: Props) {
  const session = app.session.value
  if (location.pathname === '/login' && session !== 'in') return <SigningIn app={app} />
  if (session === 'out') return <SignedOut app={app} />
  if (session === 'unknown') return <Opening app={app} />
  return <Workshop app={app} />
}

/** What counts as one screen: going to another moves the focus. */
function screenOf(route: Route): string {
  if ('id' in route) return route.id
  return route.type === 'control' ? route.page : route.type
}

function Opening({ app }: Props) {
  return (
    <main class="door">
      <Brand />
      <p aria-live="polite">{app.problem.value ?? 'Opening…'}</p>
      {app.problem.value !== null && (
        <button type="button" class="button" onClick={() => location.reload()}>
          Try again
        </button>
      )}
    </main>
  )
}

function Workshop({ app }: Props) {
  const route = app.route.value
  useEffect(() => {
    // A screen reader, and the keyboard, go on where the new screen begins.
    document.querySelector<HTMLElement>('[data-screen-start]')?.focus({ preventScroll: true })
  }, [screenOf(route)])
  return (
    <div class="shell" data-route={route.type}>
      <a class="skip" href="#main" onClick={focusMain}>
        Skip to the content
      </a>
      <aside class="side" aria-label="Tasks and system">
        <div class="side-head">
          <Brand />
          <a
            class="button small"
            href={routeLink({ type: 'chat' })}
            aria-current={route.type === 'chat' ? 'page' : undefined}
          >
            <Icon name="plus" /> New request
          </a>
        </div>
        <TaskListPanel app={app} name="side" />
        <nav class="side-links" aria-label="What it knows and may do">
          <SideLink app={app} to={{ type: 'memory' }} icon="note" label="Memory" />
          <SideLink app={app} to={{ type: 'knowledge' }} icon="book" label="Knowledge" />
          <SideLink app={app} to={CONTROL} icon="shield" label="Control" />
        </nav>
        <div>
          <SystemSummary app={app} />
          <div class="side-stop">
            <StopButton app={app} />
          </div>
        </div>
      </aside>
      <main id="main" class="main" tabIndex={-1}>
        <div class="main-top">
          <div class="phone-top">
            <Brand />
            <StopButton app={app} short />
          </div>
          <StoppedBanner app={app} />
          <LinkLine app={app} />
        </div>
        <Screen app={app} route={route} />
      </main>
      <nav class="bottom" aria-label="Screens">
        <BottomLink app={app} to={{ type: 'chat' }} icon="chat" label="Chat" />
        <BottomLink app={app} to={{ type: 'tasks' }} icon="list" label="Tasks" />
        <BottomLink app={app} to={{ type: 'memory' }} icon="note" label="Memory" />
        <BottomLink app={app} to={{ type: 'knowledge' }} icon="book" label="Knowledge" />
        <BottomLink app={app} to={CONTROL} icon="shield" label="Control" />
        <BottomLink app={app} to={{ type: 'system' }} icon="gauge" label="System" />
      </nav>
    </div>
  )
}

/** A hash link would change the screen. */
function focusMain(event: Event): void {
  event.preventDefault()
  document.getElementById('main')?.focus()
}

function Screen({ app, route }: Props & { readonly route: Route }) {
  if (route.type === 'task') return <TaskPage key={route.id} app={app} id={route.id} tab={route.tab} />
  if (route.type === 'thread') return <ThreadPage key={route.id} app={app} id={route.id} />
  if (route.type === 'memory') return <MemoryPage app={app} />
  if (route.type === 'knowledge') return <KnowledgePage app={app} />
  if (route.type === 'control') return <ControlPage app={app} page={route.page} task={route.task} />
  if (route.type === 'system') return <SystemPage app={app} />
  if (route.type === 'tasks') {
    return (
      <section class="screen">
        <h1 class="screen-title" tabIndex={-1} data-screen-start>
          Tasks
        </h1>
        <TaskListPanel app={app} name="screen" />
      </section>
    )
  }
  return <Chat app={app} />
}

function LinkLine({ app }: Props) {
  const down = app.link.value === 'reconnecting'
  return (
    <div class="link-line" role="status">
      {down && <span>Reconnecting to the server. What you see may be out of date.</span>}
    </div>
  )
}

type LinkProps = Props & { readonly to: Route; readonly icon: IconName; readonly label: string }

function SideLink({ app, to, icon, label }: LinkProps) {
  return (
    <a class="system-summary" href={routeLink(to)} aria-current={app.route.value.type === to.type ? 'page' : undefined}>
      <Icon name={icon} />
      {label}
    </a>
  )
}

function BottomLink({ app, to, icon, label }: LinkProps) {
  return (
    <a href={routeLink(to)} aria-current={app.route.value.type === to.type ? 'page' : undefined}>
      <Icon name={icon} />
      {label}
    </a>
  )
}

function Brand() {
  return (
    <a class="brand" href="#/">
      <img src="/mark.svg" width="26" height="26" alt="" />
      Factotum
    </a>
  )
}
