/** `/docs/style.css`: system fonts, light and dark by the reader's setting. */
export const docsStyle = `:root { color-scheme: light dark; --line: #c6c8cc; --soft: #f3f4f6; --text: #17181a; --page: #ffffff; --link: #0b57d0; }
@media (prefers-color-scheme: dark) { :root { --line: #44474d; --soft: #24262a; --text: #e8e9ec; --page: #17181a; --link: #9cc2ff; } }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
a { color: var(--link); }
a:focus-visible, input:focus-visible, button:focus-visible, summary:focus-visible, pre:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--page); padding: 0.5rem; }
form { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
input, button { font: inherit; padding: 0.4rem 0.6rem; border: 1px solid var(--text); border-radius: 4px; background: var(--page); color: var(--text); }
.columns { display: grid; grid-template-columns: 17rem minmax(0, 1fr); gap: 2rem; margin-top: 1rem; }
nav { position: sticky; top: 0; max-height: 100vh; overflow: auto; font-size: 0.9rem; }
nav h2 { font-size: 1rem; margin: 0.75rem 0 0.25rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: inline-block; padding: 0.2rem 0; overflow-wrap: anywhere; }
article { border-top: 1px solid var(--line); padding: 0.5rem 0 1rem; }
h3 { overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
.method { border: 1px solid var(--text); border-radius: 4px; padding: 0.1rem 0.4rem; }
pre { overflow: auto; background: var(--soft); padding: 0.75rem; border-radius: 4px; max-height: 30rem; }
table { border-collapse: collapse; width: 100%; margin: 0.5rem 0; display: block; overflow: auto; }
caption { text-align: left; font-weight: 600; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.75rem 0.25rem 0; border-bottom: 1px solid var(--line); }
@media (max-width: 50rem) { .columns { grid-template-columns: minmax(0, 1fr); } nav { position: static; max-height: 12rem; } }
`;
