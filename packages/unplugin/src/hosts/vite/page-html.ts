/** The dev page: one file without dependencies, that asks for the state and draws it. */
export function renderPage(options: { path: string; token: string }): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Savepoint</title>
    <style>${style}</style>
  </head>
  <body>
    <h1><span class="dot"></span>Savepoint <span class="status"></span></h1>
    <main></main>
    <script type="module">const { path, token } = ${JSON.stringify(options)}\n${script}</script>
  </body>
</html>
`
}

const style = String.raw`
:root {
  color-scheme: light dark;
  --line: color-mix(in srgb, currentColor 15%, transparent);
  --red: #d33;
  --green: #2a9d4f;
  --amber: #c77d0a;
}
body {
  font:
    15px/1.5 system-ui,
    sans-serif;
  max-width: 56rem;
  margin: 2rem auto;
  padding: 0 1rem;
}
h1 {
  font-size: 1.2rem;
  display: flex;
  gap: 0.6rem;
  align-items: center;
  margin: 0 0 1.5rem;
}
h2 {
  font-size: 0.8rem;
  text-transform: uppercase;
  letter-spacing: 0.06em;
  opacity: 0.65;
  margin: 2rem 0 0.5rem;
}
.dot {
  width: 0.7rem;
  height: 0.7rem;
  border-radius: 50%;
  background: var(--amber);
}
.ready .dot {
  background: var(--green);
}
.error .dot {
  background: var(--red);
}
.status {
  font-weight: 400;
  opacity: 0.7;
  font-size: 1rem;
}
.card {
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  padding: 0.8rem 1rem;
  margin: 0.5rem 0;
}
.card.error {
  border-left: 4px solid var(--red);
}
.card.warning,
.card.pending {
  border-left: 4px solid var(--amber);
}
.place,
.code {
  opacity: 0.65;
  font-size: 0.85rem;
}
pre {
  overflow-x: auto;
  background: color-mix(in srgb, currentColor 6%, transparent);
  border-radius: 0.3rem;
  padding: 0.6rem 0.8rem;
  margin: 0.5rem 0;
  font:
    13px/1.45 ui-monospace,
    monospace;
}
button {
  font: inherit;
  border: 1px solid var(--line);
  border-radius: 0.4rem;
  padding: 0.25rem 0.8rem;
  cursor: pointer;
}
table {
  border-collapse: collapse;
}
td {
  padding: 0.1rem 1.2rem 0.1rem 0;
}
table.stages td:last-child {
  text-align: right;
  font-variant-numeric: tabular-nums;
}
th {
  text-align: left;
  font-weight: 600;
  padding-right: 1.2rem;
}
iframe {
  width: 100%;
  border: 1px solid var(--line);
  border-radius: 0.3rem;
}
.none {
  opacity: 0.6;
}
`

// Diagnostics and statements are text of the user's: they enter the page as text nodes, never as markup.
const script = String.raw`
const main = document.querySelector('main')
let drawn = ''

function element(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties)
  node.append(...children.filter((child) => child !== undefined && child !== ''))
  return node
}
const section = (title, nodes) => (nodes.length > 0 ? [element('h2', {}, title), ...nodes] : [])

function diagnosticCard(diagnostic) {
  const { location } = diagnostic
  return element('div', { className: 'card ' + diagnostic.severity },
    element('div', { className: 'code' }, diagnostic.code + (diagnostic.plugin ? ' · ' + diagnostic.plugin : '')),
    element('div', {}, diagnostic.message),
    location ? element('div', { className: 'place' }, location.file + ':' + location.line + ':' + location.column) : '',
    diagnostic.frame ? element('pre', {}, diagnostic.frame) : '',
    diagnostic.why && diagnostic.why !== diagnostic.message ? element('div', {}, 'Why: ' + diagnostic.why) : '',
    diagnostic.fix ? element('div', {}, 'Fix: ' + diagnostic.fix) : '')
}
function pendingCard(decision) {
  const button = element('button', { type: 'button' }, 'Accept')
  button.onclick = async () => {
    button.disabled = true
    await fetch(path + 'accept', { method: 'POST', headers: { 'x-savepoint-token': token, 'content-type': 'application/json' }, body: JSON.stringify({ ids: [decision.id] }) })
    await refresh()
  }
  return element('div', { className: 'card pending' }, element('div', {}, decision.message), element('pre', {}, decision.sql), button)
}
function panelContent(content) {
  if (content.text !== undefined) return element('pre', {}, content.text)
  // An empty sandbox: no script runs in it, and it cannot reach this page, which holds the token.
  if (content.html !== undefined) return element('iframe', { srcdoc: content.html, sandbox: '' })
  const row = (tag, cells) => element('tr', {}, ...cells.map((cell) => element(tag, {}, cell === null ? '' : String(cell))))
  return element('table', {}, row('th', content.table.columns), ...content.table.rows.map((cells) => row('td', cells)))
}
function draw(state) {
  document.body.className = state.status
  document.querySelector('.status').textContent = state.status
  const report = state.report
  main.replaceChildren(
    ...section('Wrong', state.diagnostics.filter((one) => one.severity === 'error').map(diagnosticCard)),
    ...section('Waiting for a decision', state.pending.map(pendingCard)),
    ...section('Warnings', (report?.warnings ?? []).map(diagnosticCard)),
    ...(report ? [
      element('h2', {}, 'Last save'),
      element('div', {}, (report.changed.join(', ') || 'start') + ' · ' + Math.round(report.milliseconds) + ' ms · ' + (report.proved ? 'proved' : 'not proved')),
      report.applied.length > 0 ? element('pre', {}, report.applied.join(';\n') + ';') : element('p', { className: 'none' }, 'Nothing had to be applied.'),
      report.draft ? element('div', {}, 'Draft migration: ' + report.draft) : '',
      element('table', { className: 'stages' }, ...Object.entries(report.stages).map(([stage, time]) => element('tr', {}, element('td', {}, stage), element('td', {}, time.toFixed(1) + ' ms')))),
    ] : []),
    ...(state.panels ?? []).flatMap(({ title, content, plugin }) => section(title, [
      element('div', { className: 'panel' }, panelContent(content), element('div', { className: 'code' }, plugin)),
    ])))
}
async function refresh() {
  const text = await (await fetch(path + 'state')).text()
  if (text !== drawn) draw(JSON.parse((drawn = text)))
}
await refresh()
setInterval(() => refresh().catch(() => { document.querySelector('.status').textContent = 'the dev server is gone' }), 1000)
`
