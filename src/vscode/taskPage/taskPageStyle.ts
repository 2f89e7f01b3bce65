/** Colours are the theme's own, so that the page is at home in a light, a dark and a high-contrast window. */
export const taskPageStyle = `
:root { --edge: var(--vscode-contrastBorder, var(--vscode-widget-border, var(--vscode-panel-border, rgba(128, 128, 128, 0.35)))); --quiet: var(--vscode-descriptionForeground); --good: var(--vscode-testing-iconPassed); --bad: var(--vscode-testing-iconFailed); --warn: var(--vscode-charts-yellow); --busy: var(--vscode-progressBar-background); }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
html, body { margin: 0; padding: 0; forced-color-adjust: none; }
body { padding: 20px 28px 40px; max-width: 1240px; margin: 0 auto; color: var(--vscode-foreground); background: var(--vscode-editor-background); font: var(--vscode-font-size, 13px)/1.5 var(--vscode-font-family); overflow-wrap: anywhere; }
h1 { font-size: 1.55em; font-weight: 600; line-height: 1.3; margin: 0 0 8px; }
h2 { font-size: 1em; font-weight: 600; margin: 0; }
h3 { font-size: 1em; font-weight: 600; margin: 0; }
p { margin: 0; }
ul, ol { list-style: none; margin: 0; padding: 0; }
pre { margin: 0; white-space: pre-wrap; font: 0.95em/1.5 var(--vscode-editor-font-family, monospace); }
code, .mono { font-family: var(--vscode-editor-font-family, monospace); font-size: 0.93em; color: inherit; background: none; padding: 0; }
.quiet { color: var(--quiet); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: 1px; }
.facts { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 14px; color: var(--quiet); }
.facts .strong { color: var(--vscode-foreground); font-weight: 600; }
.dot { display: inline-block; flex: none; width: 9px; height: 9px; border-radius: 50%; margin-right: 6px; border: 2px solid var(--tone, var(--quiet)); background: var(--tone, transparent); }
.good { --tone: var(--good); } .bad { --tone: var(--bad); } .warn { --tone: var(--warn); } .busy { --tone: var(--busy); }
.goal { margin-top: 8px; white-space: pre-wrap; max-height: 9em; overflow: auto; }
.note { margin-top: 12px; padding: 6px 10px; border: 1px solid var(--edge); border-left: 3px solid var(--tone, var(--warn)); background: var(--vscode-textBlockQuote-background, transparent); }
.buttons { display: flex; flex-wrap: wrap; gap: 6px; margin: 14px 0 20px; }
button { font: inherit; color: inherit; cursor: pointer; }
.buttons button { padding: 4px 12px; border-radius: 2px; border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent)); color: var(--vscode-button-secondaryForeground); background: var(--vscode-button-secondaryBackground); }
.buttons button:hover { background: var(--vscode-button-secondaryHoverBackground); }
.buttons .tool { color: inherit; background: none; border-color: transparent; padding: 4px 8px; border-radius: 4px; }
.buttons .tool:hover { background: var(--vscode-toolbar-hoverBackground); border-color: var(--vscode-contrastBorder, transparent); }
.buttons .gap { flex: 1; }
.buttons button.primary { color: var(--vscode-button-foreground); background: var(--vscode-button-background); }
.buttons button.primary:hover { background: var(--vscode-button-hoverBackground); }
.link { border: none; background: none; padding: 0; color: var(--vscode-textLink-foreground); text-align: left; }
.link:hover { text-decoration: underline; color: var(--vscode-textLink-activeForeground); }
#problem { margin: 12px 0; padding: 6px 10px; border: 1px solid var(--vscode-inputValidation-warningBorder, var(--edge)); background: var(--vscode-inputValidation-warningBackground, transparent); color: var(--vscode-inputValidation-warningForeground, inherit); }
#columns { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 32px; border-top: 1px solid var(--edge); padding-top: 16px; }
#side { grid-column: 2; grid-row: 1; }
main { grid-column: 1; grid-row: 1; min-width: 0; }
#side section { padding: 0 0 16px; margin: 0 0 16px; border-bottom: 1px solid var(--edge); }
#side section:last-child { border-bottom: none; }
#side section > h2 { margin-bottom: 8px; display: flex; gap: 8px; align-items: baseline; }
#side section > h2 .quiet { font-weight: 400; }
#side li { padding: 2px 0; }
#side h3 { margin: 12px 0 4px; } #side h2 + h3 { margin-top: 0; }
.meter { margin-bottom: 8px; }
.meter .line { display: flex; justify-content: space-between; gap: 8px; }
.track { height: 4px; margin-top: 3px; border-radius: 2px; background: color-mix(in srgb, var(--vscode-foreground) 16%, transparent); overflow: hidden; outline: 1px solid var(--vscode-contrastBorder, transparent); }
.fill { height: 100%; border-radius: 2px; background: var(--busy); }
.meter.short .fill { background: var(--vscode-charts-red); }
.plan { counter-reset: step; }
.plan li { display: flex; gap: 8px; }
.plan li::before { counter-increment: step; content: counter(step) "."; color: var(--quiet); min-width: 1.4em; text-align: right; }
.file { display: flex; gap: 8px; align-items: baseline; }
.file .link { flex: 1; min-width: 0; }
.added { color: color-mix(in srgb, var(--vscode-gitDecoration-addedResourceForeground) 65%, var(--vscode-foreground)); } .removed { color: color-mix(in srgb, var(--vscode-gitDecoration-deletedResourceForeground) 65%, var(--vscode-foreground)); }
table { border-collapse: collapse; width: 100%; margin: 6px 0; }
th, td { text-align: left; font-weight: 400; padding: 2px 8px 2px 0; }
thead th, td:not(:first-child) { color: var(--quiet); }
td { font-variant-numeric: tabular-nums; }
.rights li { display: flex; gap: 8px; }
.rights li::before { flex: none; width: 1em; text-align: center; }
.may li::before { content: "+"; color: var(--good); } .not li::before { content: "−"; color: var(--bad); }
.pair { display: grid; grid-template-columns: 84px minmax(0, 1fr); gap: 2px 8px; margin: 0 0 8px; }
.pair dt { color: var(--quiet); } .pair dd { margin: 0; }
.bar { display: flex; align-items: baseline; gap: 12px; margin-bottom: 8px; }
.bar .link { margin-left: auto; }
.group { content-visibility: auto; contain-intrinsic-size: auto 130px; position: relative; padding: 0 4px 14px 24px; }
.group::before { content: ""; position: absolute; left: 6px; top: 0; bottom: 0; width: 1px; background: var(--edge); }
.group:first-child::before { top: 0.8em; }
.group:last-child { padding-bottom: 0; }
.group > .title { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; position: relative; }
.group > .title::before { content: ""; position: absolute; left: -23px; top: 0.42em; width: 11px; height: 11px; border-radius: 50%; border: 2px solid var(--tone, var(--quiet)); background: var(--vscode-editor-background); }
.group.phase > .title::before { border: none; background: linear-gradient(var(--tone, var(--quiet)) 0 0), var(--vscode-editor-background); }
.row { display: grid; grid-template-columns: 52px 66px minmax(0, 1fr); gap: 0 10px; padding: 1px 4px; border-radius: 3px; margin: 0 -4px; }
summary.row { cursor: pointer; list-style: none; }
summary.row::-webkit-details-marker { display: none; }
.row:hover { background: var(--vscode-list-hoverBackground); }
.row:focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; background: var(--vscode-list-hoverBackground); }
.time { color: var(--quiet); font-variant-numeric: tabular-nums; }
.row .label { color: var(--quiet); }
.row .text { position: relative; padding-left: 16px; }
summary .text::before { content: ""; position: absolute; left: 2px; top: 0.5em; border: 4px solid transparent; border-left: 5px solid var(--quiet); }
details[open] > summary .text::before { left: 0; top: 0.65em; border: 4px solid transparent; border-top: 5px solid var(--quiet); }
.row.bold .text { font-weight: 600; }
.row.green .label, .row.yellow .label, .row.red .label, .row.cyan .label { color: var(--vscode-foreground); }
.row.green .label { box-shadow: inset 2px 0 var(--good); padding-left: 6px; } .row.yellow .label { box-shadow: inset 2px 0 var(--warn); padding-left: 6px; } .row.red .label { box-shadow: inset 2px 0 var(--bad); padding-left: 6px; } .row.cyan .label { box-shadow: inset 2px 0 var(--busy); padding-left: 6px; }
.detail { margin: 4px 0 8px 154px; padding: 8px 10px; max-height: 420px; overflow: auto; border: 1px solid var(--edge); border-radius: 3px; background: var(--vscode-textCodeBlock-background); color: var(--vscode-foreground); }
details.tests { margin-top: 4px; } details.tests summary { cursor: pointer; }
.tests li { display: flex; align-items: baseline; }
body.vscode-high-contrast .note, body.vscode-high-contrast-light .note { background: transparent; }
@media (max-width: 860px) { .buttons .gap { display: none; } body { padding: 14px 16px 32px; } #columns { display: block; } main { margin-top: 8px; } .detail { margin-left: 0; } .row { grid-template-columns: 52px 60px minmax(0, 1fr); gap: 0 6px; } }
@media (prefers-reduced-motion: no-preference) { .fill { transition: width 200ms; } .busy > .dot { animation: pulse 1.6s ease-in-out infinite; } @keyframes pulse { 50% { opacity: 0.35; } } }
body.vscode-reduce-motion .fill { transition: none; } body.vscode-reduce-motion .dot { animation: none !important; }
`;
